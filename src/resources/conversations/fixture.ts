// A conversation with a reply, and requests of another workspace that must not reach it.
import { type Fixture, type Request, user } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    conversation: string
    part: string
  }
}

const comment = (rest: object) => ({ message_type: 'comment', body: 'x', ...rest })

export default {
  needs: ['admin', 'user', 'lead'],
  provides: ['conversation', 'part'],
  async create({ post, workspace: { id } }, ids) {
    const { conversation_id } = await post('/conversations', { from: user(ids.user), body: `Help ${id}` })
    const answered = await post(`/conversations/${conversation_id}/reply`, {
      ...comment({ type: 'admin', admin_id: ids.admin }),
      body: 'Of course',
    })
    return { conversation: conversation_id, part: answered.conversation_parts.conversation_parts[0].id }
  },
  attempts: {
    createConversation: (their) => [
      ['POST /conversations', { from: user(their.user), body: 'x' }],
      ['POST /conversations', { from: { type: 'user', user_id: their.external_id }, body: 'x' }],
      ['POST /conversations', { from: { type: 'user', email: their.email }, body: 'x' }],
    ],
    retrieveConversation: ({ conversation }) => [[`GET /conversations/${conversation}`]],
    updateConversation: (their, my) => [
      [`PUT /conversations/${their.conversation}`, { read: true, title: 'x' }],
      [`PUT /conversations/${my.conversation}`, { priority: 'high', admin_id: their.admin }],
    ],
    replyConversation: (their, my) => [
      [`POST /conversations/${their.conversation}/reply`, comment({ type: 'admin', admin_id: my.admin })],
      [`POST /conversations/${their.conversation}/reply`, comment({ type: 'user', intercom_user_id: my.user })],
      [`POST /conversations/${my.conversation}/reply`, comment({ type: 'admin', admin_id: their.admin })],
      [`POST /conversations/${my.conversation}/reply`, comment({ type: 'user', intercom_user_id: their.user })],
      [`POST /conversations/${my.conversation}/reply`, comment({ type: 'user', email: their.email })],
      ['POST /conversations/last/reply', comment({ type: 'user', user_id: their.external_id })],
    ],
    redactConversation: (their, my) => [
      [
        'POST /conversations/redact',
        { type: 'conversation_part', conversation_id: their.conversation, conversation_part_id: their.part },
      ],
      [
        'POST /conversations/redact',
        { type: 'conversation_part', conversation_id: my.conversation, conversation_part_id: their.part },
      ],
    ],
    manageConversation: (their, my) => [
      [`POST /conversations/${their.conversation}/parts`, { message_type: 'close', type: 'admin', admin_id: my.admin }],
      [`POST /conversations/${my.conversation}/parts`, { message_type: 'close', type: 'admin', admin_id: their.admin }],
      ...[their.admin, their.team].map(
        (assignee_id, index): Request => [
          `POST /conversations/${my.conversation}/parts`,
          { message_type: 'assignment', type: ['admin', 'team'][index], admin_id: my.admin, assignee_id },
        ],
      ),
    ],
  },
  removals: {
    BlockContact: ({ lead }) => [[`POST /contacts/${lead}/block`]],
  },
  tested_elsewhere: ['updateConversationPart'],
  lists: {
    listConversations: () => [['GET /conversations?per_page=150']],
    searchConversations: (their) =>
      [
        { field: 'id', operator: '=', value: their.conversation },
        { field: 'contact_ids', operator: '=', value: their.user },
        { field: 'tag_ids', operator: '=', value: their.tag },
        { field: 'teammate_ids', operator: '=', value: their.admin },
        { field: 'source.author.email', operator: '=', value: their.email },
        { field: 'created_at', operator: '>', value: 0 },
      ].map((query) => ['POST /conversations/search', { query }]),
  },
} satisfies Fixture
