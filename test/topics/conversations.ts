// What causes the topics of conversations.
import { aCompany, aConversation, answer, aTag, aUser, type Cause, causes, manage } from './cause.ts'
import { any, object, type Shape, type Shapes, seconds, text } from './shapes.ts'
import type { World } from './world.ts'

const SNOOZE = { message_type: 'snoozed', snoozed_until: 4_000_000_000 }

/** A conversation to which something has been done. */
const after =
  (...acts: object[]) =>
  async (w: World) => {
    const given = await aConversation(w)
    for (const act of acts) await manage(w, given.id, act)
    return given
  }
const act =
  (body: object): Cause['act'] =>
  (w, { id }) =>
    manage(w, id, body)
const assign: Cause['act'] = (w, { id }) => manage(w, id, { message_type: 'assignment', assignee_id: w.admin_id })

/** The item is the conversation with one part, for each of the topics. */
const onePart =
  (
    topics: string[],
    facts: Record<string, Shape>,
    part: (is: Shapes, w: World) => Record<string, Shape>,
  ): Cause['notifies'] =>
  (is, { id }, w) =>
    Object.fromEntries(topics.map((topic) => [topic, is.conversation({ id, ...facts }, is.part(part(is, w)))]))

const ASSIGNED = ['conversation.admin.assigned', 'conversation.admin.open.assigned']
const assigned =
  (part_type: string) =>
  (_: Shapes, { admin_id }: World) => ({
    part_type,
    assigned_to: { type: 'admin', id: admin_id },
  })

const withSession = async (w: World) => {
  const user = await aUser(w)
  const { token } = await w.messenger({ user_id: user.external_id })
  const { conversation_id: id } = await w.ask('POST /conversations', {
    from: { type: 'user', id: user.id },
    body: 'Hi',
  })
  return { id, token, contact: user.id }
}
const messenger = (w: World, { id, token }: { id: string; token: string }, what: string, body: object = {}) =>
  w.ask(`POST /extensions/messenger/conversations/${id}/${what}`, body, { token })

const withParticipant = async (w: World) => ({ ...(await aConversation(w)), added: (await aUser(w)).id })
const addParticipant: Cause['act'] = (w, { id, added }) =>
  w.ask(`POST /conversations/${id}/customers`, { admin_id: w.admin_id, customer: { intercom_user_id: added } })
const participant =
  (topic: string, part_type: string): Cause['notifies'] =>
  (is, { id, added }) => ({
    [topic]: { conversation: is.conversation({ id }, is.part({ part_type })), contact: is.contact({ id: added }) },
  })

const redaction: Shape = {
  ...{ type: 'admin_activity_log_event', id: text, activity_type: 'conversation_part_deletion', metadata: object },
  ...{ activity_description: text, created_at: seconds, performed_by: object },
}
const GONE = ({ is_new }: Shapes) => (is_new ? 'This message was deleted' : '<p><i>This message was deleted</i></p>')

export const CONVERSATION_CAUSES = causes({
  'a contact begins a conversation': {
    given: aUser,
    act: (w, { id }) => w.ask('POST /conversations', { from: { type: 'user', id }, body: 'Hello' }),
    notifies: (is, { id: contact, external_id }) => ({
      'conversation.user.created': is.conversation({
        ...{ state: 'open', open: true },
        contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact, external_id }] },
        source: {
          ...{
            type: 'conversation',
            id: text,
            delivered_as: 'customer_initiated',
            subject: '',
            body: is.body('Hello'),
          },
          ...{ author: { type: 'user', id: contact, name: null, email: text }, attachments: [any], url: null },
          redacted: false,
        },
      }),
    }),
  },
  'an admin begins a conversation': {
    given: aUser,
    act: (w, { id }) =>
      w.ask('POST /messages', {
        ...{ message_type: 'in_app', body: 'Hi', from: { type: 'admin', id: w.admin_id }, to: { type: 'user', id } },
        create_conversation_without_contact_reply: true,
      }),
    notifies: (is) => ({
      'conversation.admin.single.created': is.conversation({}),
      'message.accepted': { type: 'message', id: text },
    }),
  },
  'a contact replies': {
    given: aConversation,
    act: (w, { id, contact }) => answer(w, id, { type: 'user', intercom_user_id: contact, body: 'More' }),
    notifies: onePart(['conversation.user.replied'], {}, ({ body }) => ({ part_type: 'comment', body: body('More') })),
  },
  'a contact replies to a closed conversation': {
    given: after({ message_type: 'close' }),
    act: (w, { id, contact }) => answer(w, id, { type: 'user', intercom_user_id: contact, body: 'More' }),
    notifies: onePart(['conversation.user.replied'], { state: 'open' }, ({ body }) => ({
      ...{ part_type: 'open', body: body('More') },
    })),
  },
  'an admin replies': {
    given: aConversation,
    act: (w, { id }) => answer(w, id),
    notifies: onePart(['conversation.admin.replied'], {}, ({ body }) => ({ part_type: 'comment', body: body('Yes?') })),
  },
  'a workflow replies': {
    given: async (w) => {
      const steps = [{ type: 'reply', body: 'Wait' }]
      const workflow = { title: 'Told', trigger: { type: 'api' }, state: 'live', steps }
      return { ...(await aConversation(w)), workflow: (await w.ask('POST /extensions/workflows', workflow)).id }
    },
    act: (w, { id, workflow }) => w.ask(`POST /extensions/workflows/${workflow}/runs`, { conversation_id: id }),
    notifies: onePart(['conversation.operator.replied'], { state: 'open' }, ({ body }) => ({
      ...{ part_type: 'comment', body: body('Wait') },
    })),
  },
  'an admin writes a note': {
    given: aConversation,
    act: (w, { id }) => answer(w, id, { message_type: 'note' }),
    notifies: onePart(['conversation.admin.noted'], {}, ({ body }) => ({ part_type: 'note', body: body('Yes?') })),
  },
  'an open conversation is assigned': {
    ...{ given: aConversation, act: assign },
    notifies: onePart(ASSIGNED, { state: 'open' }, assigned('assignment')),
  },
  'a closed conversation is assigned, and opens': {
    ...{ given: after({ message_type: 'close' }), act: assign },
    notifies: onePart([...ASSIGNED, 'conversation.admin.opened'], { state: 'open' }, assigned('assign_and_reopen')),
  },
  'a conversation is closed with a word': {
    ...{ given: aConversation, act: act({ message_type: 'close', body: '<p>Bye</p>' }) },
    notifies: onePart(['conversation.admin.closed'], { state: 'closed', open: false }, ({ body }) => ({
      ...{ part_type: 'close', body: body('Bye') },
    })),
  },
  'a closed conversation is opened': {
    ...{ given: after({ message_type: 'close' }), act: act({ message_type: 'open' }) },
    notifies: onePart(['conversation.admin.opened'], { state: 'open', open: true }, () => ({ part_type: 'open' })),
  },
  'a conversation is snoozed': {
    ...{ given: aConversation, act: act(SNOOZE) },
    notifies: onePart(['conversation.admin.snoozed'], { state: 'snoozed', open: true }, () => ({
      ...{ part_type: 'snoozed', event_details: object },
    })),
  },
  'a snoozed conversation is opened': {
    ...{ given: after(SNOOZE), act: act({ message_type: 'open' }) },
    notifies: onePart(['conversation.admin.opened', 'conversation.admin.unsnoozed'], { state: 'open' }, () => ({
      part_type: 'open',
    })),
  },
  'a snooze ends': {
    async given(w) {
      const { now } = await w.ask('GET /extensions/sandbox/clock')
      return after({ message_type: 'snoozed', snoozed_until: now + 60 })(w)
    },
    act: (w) => w.ask('POST /extensions/sandbox/clock', { advance_seconds: 100 }),
    notifies: onePart(['conversation.admin.unsnoozed'], { state: 'open' }, () => ({ part_type: 'timer_unsnooze' })),
  },
  'the priority changes': {
    given: aConversation,
    act: (w, { id }) => w.ask(`PUT /conversations/${id}`, { priority: 'high' }),
    notifies: onePart(['conversation.priority.updated'], {}, () => ({
      ...{ part_type: 'priority_changed', event_details: object },
    })),
  },
  'the company changes': {
    given: async (w) => ({ ...(await aConversation(w)), company: (await aCompany(w)).id }),
    act: (w, { id, company }) => w.ask(`PUT /conversations/${id}`, { company_id: company }),
    notifies: (is, { id }) => ({
      'conversation.company.updated': is.conversation({ id, ...(is.is_new && { company: object }) }),
    }),
  },
  'a participant is added': {
    ...{ given: withParticipant, act: addParticipant },
    notifies: participant('conversation.contact.attached', 'participant_added'),
  },
  'a participant is removed': {
    async given(w) {
      const given = await withParticipant(w)
      await addParticipant(w, given)
      return given
    },
    act: (w, { id, added }) => w.ask(`DELETE /conversations/${id}/customers/${added}`, { admin_id: w.admin_id }),
    notifies: participant('conversation.contact.detached', 'participant_removed'),
  },
  'a conversation is deleted': {
    given: aConversation,
    act: (w, { id }) => w.ask(`DELETE /conversations/${id}`),
    notifies: (_, { id }) => ({
      'conversation.deleted': { type: 'conversation', id, deleted: true, conversation_id: id },
    }),
  },
  'a part is redacted': {
    async given(w) {
      const { id } = await aConversation(w)
      const answered = await answer(w, id)
      return { id, part: answered.conversation_parts.conversation_parts[0].id }
    },
    act: (w, { id, part }) =>
      w.ask('POST /conversations/redact', {
        ...{ type: 'conversation_part', conversation_id: id, conversation_part_id: part },
      }),
    notifies: (is, { id, part }) => ({
      'admin.activity_log_event.created': redaction,
      'conversation_part.redacted': is.conversation(
        { id },
        is.part({ id: part, part_type: 'comment', body: GONE(is), redacted: true }),
      ),
    }),
  },
  'a part is tagged': {
    async given(w) {
      const { id } = await aConversation(w)
      await answer(w, id)
      return { id, tag: await aTag(w) }
    },
    act: (w, { id, tag }) => w.ask(`POST /conversations/${id}/tags`, { id: tag.id, admin_id: w.admin_id }),
    notifies: (is, { id, tag }) => ({
      'conversation_part.tag.created': is.conversation(
        { id },
        is.part({
          ...{ part_type: 'comment', body: is.body('Yes?') },
          tags: [{ type: 'tag', id: tag.id, name: tag.name }],
        }),
      ),
    }),
  },
  'a contact reads two answers': {
    async given(w) {
      const given = await withSession(w)
      for (const body of ['One', 'Two']) await answer(w, given.id, { body })
      await w.sent(given.id)
      return given
    },
    act: (w, given) => messenger(w, given, 'read'),
    notifies: (is, { id }) => ({
      'conversation.read': is.conversation(
        { id, read: true },
        is.part({ part_type: 'comment', body: is.body('One') }),
        is.part({ part_type: 'comment', body: is.body('Two') }),
      ),
    }),
  },
  'a contact rates': {
    async given(w) {
      const given = await withSession(w)
      await w.ask(`POST /extensions/conversations/${given.id}/rating_request`, {})
      return given
    },
    act: (w, given) => messenger(w, given, 'rating', { rating: 5 }),
    notifies: onePart(
      ['conversation.rating.added'],
      {
        conversation_rating: {
          ...{ rating: 5, remark: null, created_at: seconds, updated_at: seconds, contact: object },
          teammate: { type: 'admin', id: any },
        },
      },
      () => ({ part_type: 'conversation_rating_changed', event_details: object }),
    ),
  },
})
