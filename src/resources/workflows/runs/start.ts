// Starts runs: for an event that pulls a trigger, and for a request.
import type { EventRow } from '#events/read.ts'
import type { ConversationRow } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { meets } from '../conditions.ts'
import { listLive, type WorkflowRow } from '../queries.ts'
import { channelIn, triggerOf } from '../triggers.ts'
import { goOn, planOf } from './go-on.ts'
import { countRuns, insertRun, type RunRow } from './queries.ts'

/** Two workflows that cause each other's triggers end here. */
const MAX_RUNS = 20
const WITHIN_MS = 3_600_000

/** Starts the live workflows that the event triggers, oldest first. `conversation` must be locked. */
export async function startTriggered(
  workspace: Workspace,
  conversation: ConversationRow,
  event: EventRow,
): Promise<void> {
  const trigger = triggerOf(event.topic)
  if (!trigger) return
  for (const workflow of await listLive(workspace, trigger)) {
    if (!isOnChannel(workflow, conversation)) continue
    if (!(await meets(workspace, conversation.id, workflow.definition.conditions))) continue
    await startRun(workspace, workflow, conversation.id, `event ${event.position}`)
  }
}

/** Without channels a workflow is for all but custom channels, whose conversations start one of their own. */
function isOnChannel({ definition: { trigger } }: WorkflowRow, conversation: ConversationRow): boolean {
  const channel = channelIn(conversation)
  return trigger.channels.length ? trigger.channels.includes(channel) : channel !== 'custom_channel'
}

/**
 * Starts a run, and carries it on until it waits. The conversation must be locked. Returns undefined if the cause has started
 * one already, or the conversation has had too many runs within an hour.
 */
export async function startRun(
  workspace: Workspace,
  { id, version }: Pick<WorkflowRow, 'id' | 'version'>,
  conversation_id: string,
  cause: string,
): Promise<RunRow | undefined> {
  const since = new Date(workspace.now().getTime() - WITHIN_MS)
  if ((await countRuns(workspace, conversation_id, since)) >= MAX_RUNS) return undefined
  const run = await insertRun(workspace, { workflow_id: id, version, conversation_id, cause, step: '0' })
  if (run) await goOn(workspace, await planOf(workspace, run), run)
  return run
}
