// POST /extensions/workflows/{id}/runs: starts a workflow in a conversation, whatever its trigger.
import { randomUUID } from 'node:crypto'
import { found, unprocessable } from '#http/errors.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { theWorkflow } from '../queries.ts'
import { findRun, type RunRow } from './queries.ts'
import { startRun } from './start.ts'

/** Returns the run as it is when it waits or has ended. @throws a 404; a 422 if the workflow is not live */
export async function requestRun(workspace: Workspace, id: string, conversation_id: string): Promise<RunRow> {
  const workflow = await theWorkflow(workspace, id)
  const conversation = found(await lockConversation(workspace, conversation_id), 'Conversation not found')
  if (workflow.state !== 'live') throw unprocessable('parameter_invalid', 'The workflow is not live')
  const run = await startRun(workspace, workflow, conversation.id, `request ${randomUUID()}`)
  if (!run) throw unprocessable('parameter_invalid', 'The conversation has had too many runs within an hour')
  return found(await findRun(workspace, run.id))
}
