// A conversation to delete, and one that is deleted.
import { type Fixture, user } from '../../../../test/fixture.ts'

declare module '../../../../test/fixture.ts' {
  interface Ids {
    doomed_conversation: string
    second_doomed: string
    deleted_conversation: string
  }
}

export default {
  needs: ['user'],
  provides: ['doomed_conversation', 'second_doomed', 'deleted_conversation'],
  async create({ post, call }, ids) {
    const start = async () =>
      (await post('/conversations', { from: user(ids.user), body: 'Forget it' })).conversation_id
    const deleted_conversation = await start()
    await call(`DELETE /conversations/${deleted_conversation}`)
    return { deleted_conversation, doomed_conversation: await start(), second_doomed: await start() }
  },
  removals: {
    deleteConversation: ({ doomed_conversation, second_doomed }) => [
      [`DELETE /conversations/${doomed_conversation}`],
      [`DELETE /conversations/${second_doomed}?retain_metrics=false`],
    ],
  },
  lists: { listDeletedConversationIds: () => [['GET /conversations/deleted?per_page=60']] },
} satisfies Fixture
