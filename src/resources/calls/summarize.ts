// The part that an ended call leaves in its conversation. Its summary may come later, and changes the part.
import { lockSurvivor } from '#resources/conversations/merging/survivor.ts'
import { updatePartBody } from '#resources/conversations/parts/queries.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type CallRow, updateCall } from './queries.ts'

/**
 * `call` must be locked, or new. Does nothing until the call has ended, or without a conversation. If that was merged, the
 * call goes to the one that is left. Returns the call.
 */
export async function summarize(workspace: Workspace, call: CallRow): Promise<CallRow> {
  const { id, conversation_id, summary, summary_part_id } = call
  if (call.state !== 'completed' || !conversation_id) return call
  if (summary_part_id) {
    if (await lockConversation(workspace, conversation_id))
      await updatePartBody(workspace, conversation_id, summary_part_id, summary)
    return call
  }
  const conversation = await lockSurvivor(workspace, conversation_id)
  if (!conversation) return call
  const { part_id } = await record(workspace, conversation, outcomeOf(conversation, 'call_ends', {}), {
    author: { type: 'bot' },
    body: summary,
    event_details: { call_id: id },
    created_at: workspace.now(),
  })
  return updateCall(workspace, id, { conversation_id: conversation.id, summary_part_id: part_id })
}
