// The SQL of the runs of workflows.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { aheadOf } from '#workspaces/clock.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { WaitsFor } from '../actions/step-context.ts'

export type RunRow = {
  id: string
  workflow_id: string
  version: number
  conversation_id: string
  /** The event or the request that started it. */
  cause: string
  state: 'running' | 'waiting' | 'finished' | 'stopped' | 'failed'
  step: string | null
  waits_for: WaitsFor | null
  until: Date | null
  /** The last part when it began to wait: only later ones are answers. */
  after_part: string | null
  steps_taken: number
  memory: Record<string, unknown>
  reason: string | null
  created_at: Date
  updated_at: Date
}

type NewRun = Pick<RunRow, 'workflow_id' | 'version' | 'conversation_id' | 'cause' | 'step'>

/** Returns undefined if the cause has started one already. */
export const insertRun = ({ sql, id, now }: Workspace, run: NewRun) =>
  one(sql<RunRow[]>`
    insert into workflow_runs ${sql({ workspace_id: id, ...run, created_at: now(), updated_at: now() })}
    on conflict (workspace_id, workflow_id, conversation_id, cause) do nothing
    returning *`)

export type RunChanges = Partial<
  Pick<RunRow, 'state' | 'step' | 'waits_for' | 'until' | 'after_part' | 'steps_taken' | 'reason' | 'memory'>
>

export const updateRun = (
  { sql, id: workspace_id, now }: Workspace,
  id: string,
  { memory, ...changes }: RunChanges,
) => sql`
  update workflow_runs set ${sql({ ...changes, updated_at: now() })}
    ${memory === undefined ? sql`` : sql`, memory = ${JSON.stringify(memory)}::text::jsonb`}
  where workspace_id = ${workspace_id} and id = ${id}`

/** Counts the runs in a conversation that began after a time. */
export const countRuns = async ({ sql, id }: Workspace, conversation_id: string, after: Date): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::integer as count from workflow_runs
    where workspace_id = ${id} and conversation_id = ${conversation_id} and created_at > ${after}`
  return row.count
}

/** Returns the id of the last part that was added to a conversation. */
export const findLastPartId = async ({ sql, id }: Workspace, conversation_id: string): Promise<string | null> => {
  const [row] = await sql<[{ id: string | null }]>`
    select max(id) as id from conversation_parts where workspace_id = ${id} and conversation_id = ${conversation_id}`
  return row.id
}

/** Locks the waiting runs of a conversation until the transaction ends. Lock the conversation first. */
export const lockWaiting = ({ sql, id }: Workspace, conversation_id: string) => sql<RunRow[]>`
  select * from workflow_runs
  where workspace_id = ${id} and conversation_id = ${conversation_id} and state = 'waiting' order by id for update`

/** Locks a run until the transaction ends, if it still waits. */
export const lockRun = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<RunRow[]>`
    select * from workflow_runs
    where workspace_id = ${workspace_id} and id = ${id} and state = 'waiting' for update`)

export const findRun = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<RunRow[]>`select * from workflow_runs where workspace_id = ${workspace_id} and id = ${id}`)

type Due = { workspace_id: string; id: string; conversation_id: string }

/** Returns runs whose wait is over, by the clock of their workspaces: those that wait for a connector, or all others. */
export async function listDue(sql: Sql, waits_for: 'connector' | 'others', limit: number): Promise<Due[]> {
  const now = new Date()
  const ahead_ms = Object.fromEntries((await listClocks(sql)).map(({ id, ...clock }) => [id, aheadOf(clock, now)]))
  return sql<Due[]>`
    select workspace_id, id, conversation_id from workflow_runs
    where state = 'waiting' and (waits_for = 'connector') = ${waits_for === 'connector'} and until <= ${now}::timestamptz
      + coalesce((${JSON.stringify(ahead_ms)}::text::jsonb ->> workspace_id)::double precision, 0) * interval '1 millisecond'
    order by until limit ${limit}`
}

export const newestRuns = ({ sql }: Workspace): Order => ({ by: sql`id`, type: 'bigint', direction: 'desc' })

export const listRuns = (workspace: Workspace, workflow_id: string, page: Page) => {
  const { sql, id } = workspace
  const order = newestRuns(workspace)
  return sql<(RunRow & { cursor_value: string })[]>`
    select *, ${cursorValue(workspace, order)} from workflow_runs
    where workspace_id = ${id} and workflow_id = ${rowId(workflow_id)} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
}

export const countRunsOf = async ({ sql, id }: Workspace, workflow_id: string): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::integer as count from workflow_runs where workspace_id = ${id} and workflow_id = ${rowId(workflow_id)}`
  return row.count
}
