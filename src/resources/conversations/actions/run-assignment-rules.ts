// POST /conversations/{id}/run_assignment_rules, in the versions that have it. There are no assignment rules here, as in a
// workspace with workflows: the part says so, and the assignees stay. A team with a conversation that no member has assigns it.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { distribute } from '../assignment/distribute.ts'
import { displayOf } from '../display.ts'
import { lockConversation } from '../queries.ts'
import { Conversation } from '../schema.ts'
import { showWithNewParts } from '../show.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'

function routes(app: App, server: Server) {
  app.post(
    '/conversations/:conversation_id/run_assignment_rules',
    op('autoAssignConversation', {
      summary: 'Run the assignment rules on a conversation',
      until: '2.11',
      scope: 'write_conversations',
      params: Type.Object({ conversation_id: Type.String() }),
      response: Conversation,
    }),
    async ({ workspace, params }) => {
      const { conversation_id, part_ids } = await runAssignmentRules(workspace, params.conversation_id)
      return showWithNewParts(workspace, conversation_id, part_ids, displayOf(workspace, server))
    },
  )
}

async function runAssignmentRules(workspace: Workspace, id: string): Promise<NewParts> {
  const conversation = found(await lockConversation(workspace, id))
  const recorded = await record(workspace, conversation, outcomeOf(conversation, 'rules_assign', {}), {
    author: { type: 'bot' },
    assigned_to: { type: 'nobody_admin', id: null },
    created_at: workspace.now(),
  })
  const distributed = await distribute(workspace, recorded.conversation)
  return { conversation_id: conversation.id, part_ids: [recorded.part_id, ...distributed.part_ids] }
}

export default { group: 'Conversations', routes } satisfies Resource
