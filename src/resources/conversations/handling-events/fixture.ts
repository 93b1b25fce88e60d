// The handling events of a conversation of another workspace.
import type { Fixture } from '../../../../test/fixture.ts'

export default {
  needs: ['conversation'],
  attempts: {
    listHandlingEvents: ({ conversation }) => [[`GET /conversations/${conversation}/handling_events`]],
  },
} satisfies Fixture
