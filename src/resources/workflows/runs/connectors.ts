// Executes the data connectors for which runs wait, and carries the runs on with the result.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { executeConnector } from '#resources/data-connectors/execute.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import type { StepOf } from '../steps.ts'
import { planOf, resume } from './go-on.ts'
import { listDue, lockRun, type RunRow, updateRun } from './queries.ts'

type Means = Pick<WorkerContext, 'secret' | 'egress'> & { sql: Pool; log: Pick<FastifyBaseLogger, 'warn'> }

const AT_ONCE = 20
/** Longer than an execution takes. After a crash another process executes the connector again. */
const LEASE_MS = 60_000

/** A connector whose process dies is executed again: once at least, not at most. */
export async function runConnectors(means: Means): Promise<void> {
  const due = await listDue(means.sql, 'connector', AT_ONCE)
  await Promise.all(
    due.map(({ workspace_id, id }) =>
      runOne(means, workspace_id, id).catch((err) =>
        means.log.warn({ err, run_id: id }, 'the connector of a workflow could not be executed; trying again'),
      ),
    ),
  )
}

async function runOne(means: Means, workspace_id: string, id: string): Promise<void> {
  const workspace = await openWorkspace(means.sql, workspace_id)
  const run = await atomically(workspace, (workspace) => leaseRun(workspace, id))
  if (!run) return
  const success = await execute(means, workspace, run)
  await atomically(workspace, (workspace) => finish(workspace, run, success))
}

/** Returns undefined if another process has it. */
async function leaseRun(workspace: Workspace, id: string): Promise<RunRow | undefined> {
  const run = await lockRun(workspace, id)
  if (run?.waits_for !== 'connector' || !run.until || run.until > workspace.now()) return undefined
  await updateRun(workspace, run.id, { until: new Date(workspace.now().getTime() + LEASE_MS) })
  return run
}

/** Returns whether it succeeded. A connector that was deleted meanwhile fails. */
async function execute(means: Means, workspace: Workspace, run: RunRow): Promise<boolean> {
  const { nodes } = await planOf(workspace, run)
  const node = nodes.get(run.step ?? '')
  if (!node) return false
  const { connector_id, inputs } = node.step as StepOf<'run_connector'>
  const { conversation_id, workflow_id: source_id } = run
  try {
    const about = { connector_id, inputs, conversation_id, source_type: 'workflow' as const, source_id }
    return (await executeConnector(means, workspace, about)).result.success
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}

async function finish(workspace: Workspace, { id, conversation_id }: RunRow, success: boolean): Promise<void> {
  const conversation = await lockConversation(workspace, conversation_id)
  const run = await lockRun(workspace, id)
  if (run?.waits_for !== 'connector') return
  if (conversation && !conversation.merged_into)
    await record(workspace, conversation, outcomeOf(conversation, 'workflow_finishes_connector', {}), {
      ...{ author: { type: 'bot' }, created_at: workspace.now() },
      event_details: { action: { name: run.memory['name'], result: success ? 'success' : 'failed' } },
    })
  await resume(workspace, run, success ? undefined : 'otherwise')
}
