// Tickets with a reply and a link, conversations to convert, and requests of another workspace that must not reach them.
import { type Fixture, type Request, user } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    ticket: string
    other_ticket: string
    tracker: string
    internal_type: string
    other_type: string
    /** A state of the other type. */
    other_state: string
    convertible: string
    also_convertible: string
  }
}

const comment = (rest: object) => ({ message_type: 'comment', body: 'x', ...rest })

export default {
  needs: ['admin', 'user', 'team', 'company', 'ticket_type', 'conversation'],
  provides: [
    ...(['ticket', 'other_ticket', 'tracker', 'internal_type', 'other_type', 'other_state'] as const),
    ...(['convertible', 'also_convertible'] as const),
  ],
  async create({ post, workspace: { id } }, ids) {
    const aType = (category: string) => post('/ticket_types', { name: `${category} of ${id}`, category })
    const [other, internal, tracking] = [await aType('Customer'), await aType('Back-office'), await aType('Tracker')]
    const aTicket = (ticket_type_id: string, body: object = {}) =>
      post('/tickets', { ticket_type_id, contacts: [{ id: ids.user }], ...body })
    const start = async () => (await post('/conversations', { from: user(ids.user), body: 'A ticket' })).conversation_id
    const ticket = await aTicket(ids.ticket_type, {
      ticket_attributes: { _default_title_: `Problem of ${id}`, _default_description_: `Details of ${id}` },
    })
    const other_ticket = await aTicket(ids.ticket_type)
    const tracker = await aTicket(tracking.id, { conversation_to_link_id: other_ticket.id })
    await post(`/tickets/${ticket.id}/reply`, comment({ type: 'admin', admin_id: ids.admin }))
    return {
      ...{ ticket: ticket.id, other_ticket: other_ticket.id, tracker: tracker.id, internal_type: internal.id },
      ...{ other_type: other.id, other_state: other.ticket_states.data[0].id },
      ...{ convertible: await start(), also_convertible: await start() },
    }
  },
  attempts: {
    enqueueCreateTicket: (their, my) => {
      const own = { ticket_type_id: my.ticket_type, contacts: [{ id: my.user }] }
      return [
        { ...own, ticket_type_id: their.ticket_type },
        { ...own, contacts: [{ id: their.user }] },
        { ...own, company_id: their.company },
        { ...own, assignment: { team_assignee_id: their.team } },
      ].map((body): Request => ['POST /tickets/enqueue', body])
    },
    createTicket: (their, my) => {
      const own = { ticket_type_id: my.ticket_type, contacts: [{ id: my.user }] }
      const internal = { ...own, ticket_type_id: my.internal_type }
      return [
        { ...own, ticket_type_id: their.ticket_type },
        { ...own, contacts: [{ id: their.user }] },
        { ...own, contacts: [{ external_id: their.external_id }] },
        { ...own, company_id: their.company },
        { ...own, assignment: { admin_assignee_id: their.admin } },
        { ...own, assignment: { team_assignee_id: their.team } },
        { ...internal, conversation_to_link_id: their.conversation },
        { ...internal, conversation_to_link_id: their.ticket },
      ].map((body): Request => ['POST /tickets', body])
    },
    getTicket: (their) => [[`GET /tickets/${their.ticket}`]],
    updateTicket: (their, my) => [
      [`PUT /tickets/${their.ticket}`, { is_shared: false }],
      ...[
        { ticket_state_id: their.ticket_state },
        { company_id: their.company },
        { admin_id: their.admin, is_shared: false },
        { assignee_id: their.admin },
        { assignee_id: their.team },
      ].map((body): Request => [`PUT /tickets/${my.ticket}`, body]),
    ],
    replyTicket: (their, my) => [
      [`POST /tickets/${their.ticket}/reply`, comment({ type: 'admin', admin_id: my.admin })],
      [`POST /tickets/${their.ticket}/reply`, comment({ type: 'user', intercom_user_id: my.user })],
      [`POST /tickets/${my.ticket}/reply`, comment({ type: 'admin', admin_id: their.admin })],
      [`POST /tickets/${my.ticket}/reply`, comment({ type: 'user', intercom_user_id: their.user })],
      [`POST /tickets/${my.ticket}/reply`, comment({ type: 'user', user_id: their.external_id })],
    ],
    changeTicketType: (their, my) => [
      [`POST /tickets/${their.ticket}/change_type`, { ticket_type_id: my.other_type, ticket_state_id: my.other_state }],
      [
        `POST /tickets/${my.other_ticket}/change_type`,
        { ticket_type_id: their.other_type, ticket_state_id: their.other_state },
      ],
    ],
    convertConversationToTicket: (their, my) => [
      [`POST /conversations/${their.convertible}/convert`, { ticket_type_id: my.ticket_type }],
      [`POST /conversations/${my.also_convertible}/convert`, { ticket_type_id: their.ticket_type }],
    ],
    linkConversationToTicket: (their, my) => [
      [`POST /tickets/${their.tracker}/linked_conversations`, { conversation_id: my.ticket }],
      [`POST /tickets/${my.tracker}/linked_conversations`, { conversation_id: their.conversation }],
    ],
    unlinkConversationFromTicket: (their, my) => [
      [`DELETE /tickets/${their.tracker}/linked_conversations/${my.ticket}`],
      [`DELETE /tickets/${my.tracker}/linked_conversations/${their.conversation}`],
    ],
    attachTagToTicket: (their, my) => [
      [`POST /tickets/${their.ticket}/tags`, { id: my.tag, admin_id: my.admin }],
      [`POST /tickets/${my.ticket}/tags`, { id: their.tag, admin_id: my.admin }],
      [`POST /tickets/${my.ticket}/tags`, { id: my.tag, admin_id: their.admin }],
    ],
    detachTagFromTicket: (their, my) => [
      [`DELETE /tickets/${their.ticket}/tags/${their.tag}`, { admin_id: my.admin }],
      [`DELETE /tickets/${my.ticket}/tags/${their.tag}`, { admin_id: my.admin }],
      [`DELETE /tickets/${my.ticket}/tags/${my.tag}`, { admin_id: their.admin }],
    ],
  },
  removals: { deleteTicket: ({ ticket }) => [[`DELETE /tickets/${ticket}`]] },
  lists: {
    searchTickets: (their) =>
      [
        { field: 'id', operator: '=', value: their.ticket },
        { field: 'ticket_type_id', operator: '=', value: their.ticket_type },
        { field: 'contact_ids', operator: '=', value: their.user },
        { field: 'title', operator: '~', value: 'Problem' },
        { field: 'created_at', operator: '>', value: 0 },
      ].map((query) => ['POST /tickets/search', { query }]),
  },
  ids: {
    tickets: ['ticket', 'tracker'],
    ticket_id: ['ticket', 'tracker'],
    conversation_to_link_id: ['conversation', 'ticket'],
  },
} satisfies Fixture
