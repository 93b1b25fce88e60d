// What causes the topics of tickets.
import { type Answer, aConversation, answer, aUser, type Cause, causes } from './cause.ts'
import { flag, int, maybe, object, orNull, type Shape, type Shapes, seconds, text } from './shapes.ts'
import type { World } from './world.ts'

const aType = (w: World): Promise<Answer> => w.ask('POST /ticket_types', { name: w.unique('type') })

const aTicket = async (w: World) => {
  const [type, { id: contact, external_id }] = [await aType(w), await aUser(w)]
  const { id } = await w.ask('POST /tickets', { ticket_type_id: type.id, contacts: [{ id: contact }] })
  return { id, type, contact, external_id }
}
const stateOf = (type: Answer, category: string): string =>
  type.ticket_states.data.find((state: Answer) => state.category === category).id
const put =
  (body: (w: World, given: Answer) => object): Cause['act'] =>
  (w, given) =>
    w.ask(`PUT /tickets/${given.id}`, body(w, given))

const assigneeOf = ({ is_new }: Shapes) => (is_new ? int : text)
/** Beside its part a ticket has no company_id if that is null. */
const bare = (is: Shapes, facts: Record<string, Shape>): Record<string, Shape> => ({
  ...{ type: 'ticket', id: text, ticket_id: text, category: 'Customer', is_shared: flag, open: flag, channel: text },
  ...{ ticket_attributes: object, ticket_state: object, ticket_type: object, contacts: object, linked_objects: object },
  ...{ admin_assignee_id: assigneeOf(is), team_assignee_id: assigneeOf(is), ticket_parts: object },
  ...{ created_at: seconds, updated_at: seconds, snoozed_until: maybe(seconds) },
  ...(is.is_new && { previous_ticket_state_id: orNull(text) }),
  ...facts,
})
const ticket = (is: Shapes, facts: Record<string, Shape>): Shape => ({ ...bare(is, facts), company_id: null })

const tickets =
  (...topics: string[]): Cause['notifies'] =>
  (is, { id }) =>
    Object.fromEntries(topics.map((topic) => [topic, ticket(is, { id })]))

const withPart =
  (topic: string, part: (is: Shapes, w: World) => Record<string, Shape>): Cause['notifies'] =>
  (is, { id }, w) => ({
    [topic]: {
      type: 'ticket_ticket_part',
      ticket: bare(is, { id }),
      ticket_part: {
        ...{ type: 'ticket_part', id: text, part_type: text, created_at: seconds, updated_at: seconds },
        ...{ author: { type: text, id: text, name: orNull(text), email: text }, redacted: false },
        ...{ attachments: [object] as [Shape] },
        ...part(is, w),
      },
    },
  })

const participant =
  (topic: string): Cause['notifies'] =>
  (is, { id, added }) => ({ [topic]: { ticket: ticket(is, { id }), contact: is.contact({ id: added }) } })
const withAdded = async (w: World) => ({ ...(await aTicket(w)), added: (await aUser(w)).id })
const add: Cause['act'] = (w, { id, added }) =>
  w.ask(`POST /conversations/${id}/customers`, { admin_id: w.admin_id, customer: { intercom_user_id: added } })

const reply =
  (body: (w: World, given: Answer) => object): Cause['act'] =>
  (w, given) =>
    w.ask(`POST /tickets/${given.id}/reply`, { message_type: 'comment', body: 'Hi', ...body(w, given) })
const byAdmin = (w: World) => ({ type: 'admin', admin_id: w.admin_id })

export const TICKET_CAUSES = causes({
  'a ticket is created': {
    given: async (w) => ({ type: await aType(w), contact: (await aUser(w)).id }),
    act: (w, { type, contact }) => w.ask('POST /tickets', { ticket_type_id: type.id, contacts: [{ id: contact }] }),
    notifies: (is) => ({ 'ticket.created': ticket(is, {}), 'ticket.state.updated': ticket(is, {}) }),
  },
  'a conversation becomes a ticket': {
    given: async (w) => ({ ...(await aConversation(w)), type: await aType(w) }),
    act: (w, { id, type }) => w.ask(`POST /conversations/${id}/convert`, { ticket_type_id: type.id }),
    notifies: tickets('ticket.created', 'ticket.state.updated'),
  },
  'the state of a ticket changes': {
    given: aTicket,
    act: put((_, { type }) => ({ ticket_state_id: stateOf(type, 'in_progress') })),
    notifies: tickets('ticket.state.updated'),
  },
  'a ticket is resolved': {
    given: aTicket,
    act: put((_, { type }) => ({ ticket_state_id: stateOf(type, 'resolved') })),
    notifies: (is, given, w) =>
      tickets('ticket.state.updated', is.is_new ? 'ticket.resolved' : 'ticket.closed')(is, given, w),
  },
  'a ticket is closed': {
    given: aTicket,
    act: put(() => ({ open: false })),
    notifies: (is, { id }) => ({ 'ticket.closed': is.is_new ? { ticket: ticket(is, { id }) } : ticket(is, { id }) }),
  },
  'a ticket is assigned to an admin': {
    given: aTicket,
    act: put(({ admin_id }) => ({ assignee_id: admin_id })),
    notifies: withPart('ticket.admin.assigned', (_, { admin_id }) => ({
      ...{ part_type: 'assignment', assigned_to: { type: 'admin', id: admin_id } },
    })),
  },
  'a ticket is assigned to a team': {
    given: async (w) => {
      const team = await w.ask('POST /extensions/teams', { name: w.unique('team'), admin_ids: [w.admin_id] })
      return { ...(await aTicket(w)), team: team.id }
    },
    act: put((_, { team }) => ({ assignee_id: team })),
    notifies: withPart('ticket.team.assigned', () => ({ part_type: 'assignment', assigned_to: object })),
  },
  'an attribute of a ticket changes': {
    given: aTicket,
    act: put(() => ({ ticket_attributes: { _default_title_: 'New' } })),
    notifies: withPart('ticket.attribute.updated', ({ is_new: _ }) => ({
      part_type: 'ticket_attribute_updated_by_admin',
      updated_attribute_data: {
        attribute: { type: 'attribute', id: text, label: '_default_title_' },
        value: { type: 'value', id: 'New', label: 'New', previous: '' },
      },
    })),
  },
  'an admin replies to a ticket': {
    given: aTicket,
    act: reply(byAdmin),
    notifies: withPart('ticket.admin.replied', () => ({ part_type: 'comment', body: '<p>Hi</p>' })),
  },
  'a contact replies to a ticket': {
    given: aTicket,
    act: reply((_, { contact }) => ({ type: 'user', intercom_user_id: contact })),
    notifies: withPart('ticket.contact.replied', () => ({ part_type: 'comment', body: '<p>Hi</p>' })),
  },
  'an admin writes a note in a ticket': {
    given: aTicket,
    act: reply((w) => ({ ...byAdmin(w), message_type: 'note' })),
    notifies: withPart('ticket.note.created', () => ({ part_type: 'note', body: '<p>Hi</p>' })),
  },
  'a contact is added to a ticket': { given: withAdded, act: add, notifies: participant('ticket.contact.attached') },
  'a contact is removed from a ticket': {
    async given(w) {
      const given = await withAdded(w)
      await add(w, given)
      return given
    },
    act: (w, { id, added }) => w.ask(`DELETE /conversations/${id}/customers/${added}`, { admin_id: w.admin_id }),
    notifies: participant('ticket.contact.detached'),
  },
  'a contact rates a ticket': {
    async given(w) {
      const user = await aUser(w)
      const { token } = await w.messenger({ user_id: user.external_id })
      const type = await aType(w)
      const created = await w.ask('POST /extensions/messenger/tickets', { ticket_type_id: type.id }, { token })
      await answer(w, created.id)
      await w.ask(`POST /extensions/conversations/${created.id}/rating_request`, {})
      return { id: created.id, token }
    },
    act: (w, { id, token }) => w.ask(`POST /extensions/messenger/conversations/${id}/rating`, { rating: 5 }, { token }),
    notifies: tickets('ticket.rating.provided'),
  },
})
