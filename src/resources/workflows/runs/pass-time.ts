// Carries runs on whose wait is over, by the clock of their workspace.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { isTransient } from '#db/transient.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { NOT_WAITING, planOf, resume } from './go-on.ts'
import { listDue, lockRun, updateRun } from './queries.ts'

const BATCH = 100

/** Safe in several processes at once. A run that cannot go on fails, unless the database is away. */
export async function passTime({ sql, log }: { sql: Pool; log: Pick<FastifyBaseLogger, 'error'> }): Promise<void> {
  const due = await listDue(sql, 'others', BATCH)
  for (const { workspace_id, id, conversation_id } of due) {
    const workspace = await openWorkspace(sql, workspace_id)
    try {
      await atomically(workspace, (workspace) => endWait(workspace, id, conversation_id))
    } catch (error) {
      if (isTransient(error)) return
      log.error({ err: error, run_id: id }, 'the wait of a workflow could not be ended')
      await updateRun(workspace, id, { ...NOT_WAITING, state: 'failed', reason: 'An internal error' })
    }
  }
}

/** The conversation is locked before the run, as everywhere. */
async function endWait(workspace: Workspace, id: string, conversation_id: string): Promise<void> {
  const conversation = await lockConversation(workspace, conversation_id)
  const run = await lockRun(workspace, id)
  if (!run?.until || run.until > workspace.now()) return
  if (run.waits_for === 'time' && conversation && !conversation.merged_into) {
    const { workflow } = await planOf(workspace, run)
    await record(workspace, conversation, outcomeOf(conversation, 'workflow_ends_wait', {}), {
      ...{ author: { type: 'bot' }, created_at: workspace.now() },
      event_details: {
        workflow: { name: workflow.title },
        event: { type: 'wait_finished', result: 'Finished waiting' },
      },
    })
  }
  await resume(workspace, run, run.waits_for === 'time' ? undefined : 'otherwise')
}
