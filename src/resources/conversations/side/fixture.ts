// A side conversation, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../../test/fixture.ts'

declare module '../../../../test/fixture.ts' {
  interface Ids {
    side_conversation: string
  }
}

const asking = (admin_id: string) => ({ admin_id, subject: 'x', body: 'x' })

export default {
  needs: ['conversation', 'admin'],
  provides: ['side_conversation'],
  async create({ post }, { conversation, admin }) {
    const side = await post(`/extensions/conversations/${conversation}/side_conversations`, asking(admin))
    return { side_conversation: side.side_conversation_id }
  },
  attempts: {
    listSideConversations: ({ conversation }) => [[`GET /conversations/${conversation}/side_conversations`]],
    createSideConversation: (their, my) => [
      [`POST /extensions/conversations/${their.conversation}/side_conversations`, asking(my.admin)],
      [`POST /extensions/conversations/${my.conversation}/side_conversations`, asking(their.admin)],
    ],
    replySideConversation: (their, my) => [
      ...[
        [their.conversation, their.side_conversation, my.admin],
        [my.conversation, their.side_conversation, my.admin],
        [my.conversation, my.side_conversation, their.admin],
      ].map(([conversation, side, admin_id]): [string, object] => [
        `POST /extensions/conversations/${conversation}/side_conversations/${side}/replies`,
        { admin_id, body: 'x' },
      ]),
    ],
  },
  ids: { side_conversations: ['side_conversation'] },
} satisfies Fixture
