// Lists that must not show conversations of another workspace.
import type { Fixture } from '../../../test/fixture.ts'

export default {
  needs: ['user', 'conversation'],
  attempts: {
    tellPresence: ({ conversation }) => [
      [`POST /extensions/inbox/conversations/${conversation}/presence`, { activity: 'reading' }],
    ],
  },
  lists: {
    listInboxConversations: ({ user }) => [
      ['GET /extensions/inbox/conversations?per_page=150'],
      [`GET /extensions/inbox/conversations?contact_id=${user}`],
    ],
  },
} satisfies Fixture
