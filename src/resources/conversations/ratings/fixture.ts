// Requests of another workspace that must not reach the ratings of a conversation.
import type { Fixture } from '../../../../test/fixture.ts'

export default {
  needs: ['conversation', 'admin'],
  attempts: {
    requestConversationRating: (their, my) => [
      [`POST /extensions/conversations/${their.conversation}/rating_request`, {}],
      [`POST /extensions/conversations/${my.conversation}/rating_request`, { admin_id: their.admin }],
    ],
  },
} satisfies Fixture
