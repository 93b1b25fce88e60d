// A conversation to merge, one that takes it, and requests of another workspace.
import { type Fixture, user } from '../../../../test/fixture.ts'

declare module '../../../../test/fixture.ts' {
  interface Ids {
    secondary_conversation: string
    primary_conversation: string
  }
}

export default {
  needs: ['user'],
  provides: ['secondary_conversation', 'primary_conversation'],
  async create({ post }, ids) {
    const start = async () => (await post('/conversations', { from: user(ids.user), body: 'Twice' })).conversation_id
    return { secondary_conversation: await start(), primary_conversation: await start() }
  },
  removals: {
    mergeConversation: (their, my) => [
      [
        `POST /conversations/${their.secondary_conversation}/merge`,
        { merge_into_conversation_id: Number(my.primary_conversation) },
      ],
    ],
  },
  ids: { merge_into_conversation_id: ['primary_conversation'] },
} satisfies Fixture
