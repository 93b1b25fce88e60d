// Jobs, their tasks, and the items of tasks.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type BulkKind = 'contacts' | 'companies'
export type JobKind = BulkKind | 'tickets'
export type Action = 'create' | 'update' | 'delete'

export type JobRow = {
  id: string
  kind: JobKind
  state: 'running' | 'completed' | 'completed_with_errors'
  /** What the job created. Bulk jobs create many, and have none. */
  resource_id: string | null
  created_at: Date
  updated_at: Date
  completed_at: Date | null
}

export type TaskRow = {
  id: string
  job_id: string
  action: Action
  item_count: number
  state: 'pending' | 'running' | 'completed' | 'completed_with_errors'
  created_at: Date
  started_at: Date | null
  completed_at: Date | null
}

export type Refusal = { code: string; message: string; field: string | null }
export type RefusedRow = Refusal & { id: string; task_id: string; position: number; refused_at: Date }

const jobColumns = ({ sql }: Workspace) => sql`id, kind, state, resource_id, created_at, updated_at, completed_at`
const taskColumns = ({ sql }: Workspace) =>
  sql`id, job_id, action, item_count, state, created_at, started_at, completed_at`

/** Returns the id of a job on the wire: `job_v2_12` of a bulk job, `12` of one that creates a ticket. */
export const wireId = ({ kind, id }: Pick<JobRow, 'kind' | 'id'>): string => (kind === 'tickets' ? id : `job_v2_${id}`)

/** `job_v2_12` → `12`; null, which equals no row, for any other text. */
const bulkNumber = (id: string) => rowId(/^job_v2_(\d+)$/.exec(id)?.[1] ?? '')
const ticketNumber = (id: string) => rowId(/^\d+$/.exec(id)?.[0] ?? '')

/** @param id as on the wire */
export const findJob = (workspace: Workspace, id: string) =>
  one(workspace.sql<JobRow[]>`
    select ${jobColumns(workspace)} from jobs
    where workspace_id = ${workspace.id}
      and (id = ${bulkNumber(id)} and kind <> 'tickets' or id = ${ticketNumber(id)} and kind = 'tickets')`)

/** Locks the job until the transaction ends, so that a job does not end while a task is added. */
export const lockJob = (workspace: Workspace, id: string) =>
  one(workspace.sql<JobRow[]>`
    select ${jobColumns(workspace)} from jobs where workspace_id = ${workspace.id} and id = ${id} for update`)

/** The same by the id on the wire of a bulk job. */
export const lockBulkJob = (workspace: Workspace, kind: BulkKind, id: string) =>
  one(workspace.sql<JobRow[]>`
    select ${jobColumns(workspace)} from jobs
    where workspace_id = ${workspace.id} and id = ${bulkNumber(id)} and kind = ${kind} for update`)

/** Notes what the job created, in the transaction that creates it. */
export const setResource = (workspace: Workspace, id: string, resource_id: string) => workspace.sql`
  update jobs set resource_id = ${resource_id} where workspace_id = ${workspace.id} and id = ${id}`

export async function insertJob(workspace: Workspace, kind: JobKind): Promise<JobRow> {
  const now = workspace.now()
  const [job] = await workspace.sql<JobRow[]>`
    insert into jobs (workspace_id, kind, created_at, updated_at) values (${workspace.id}, ${kind}, ${now}, ${now})
    returning ${jobColumns(workspace)}`
  return job!
}

export const touchJob = (workspace: Workspace, id: string) =>
  one(workspace.sql<JobRow[]>`
    update jobs set updated_at = ${workspace.now()} where workspace_id = ${workspace.id} and id = ${id}
    returning ${jobColumns(workspace)}`) as Promise<JobRow>

/** Returns the id of the task. */
export async function insertTask(
  workspace: Workspace,
  job_id: string,
  action: Action,
  items: readonly object[],
): Promise<string> {
  const { sql, id: workspace_id } = workspace
  const [task] = await sql<{ id: string }[]>`
    with task as (
      insert into job_tasks (workspace_id, job_id, action, item_count, created_at)
      values (${workspace_id}, ${job_id}, ${action}, ${items.length}, ${workspace.now()})
      returning id),
    stored as (
      insert into job_items (workspace_id, task_id, job_id, position, request)
      select ${workspace_id}, task.id, ${job_id}, number - 1, request
      from task, jsonb_array_elements(${JSON.stringify(items)}::text::jsonb) with ordinality as item (request, number))
    select id from task`
  return task!.id
}

export const listTasks = (workspace: Workspace, job_id: string) => workspace.sql<TaskRow[]>`
  select ${taskColumns(workspace)} from job_tasks
  where workspace_id = ${workspace.id} and job_id = ${job_id} order by id`

/** Returns how many tasks the job has; at most `limit`. */
export async function countTasks(workspace: Workspace, job_id: string, limit: number): Promise<number> {
  const [counted] = await workspace.sql<{ count: number }[]>`
    select count(*)::integer as count from (
      select from job_tasks where workspace_id = ${workspace.id} and job_id = ${job_id} limit ${limit}) as tasks`
  return counted!.count
}

/** Returns the task, as running; undefined if it has ended or does not exist. */
export const startTask = (workspace: Workspace, id: string) =>
  one(workspace.sql<TaskRow[]>`
    with started as (
      update job_tasks set state = 'running', started_at = ${workspace.now()}
      where workspace_id = ${workspace.id} and id = ${id} and state = 'pending'
      returning job_id),
    touched as (
      update jobs set updated_at = ${workspace.now()}
      where workspace_id = ${workspace.id} and id = (select job_id from started))
    select ${taskColumns(workspace)} from job_tasks
    where workspace_id = ${workspace.id} and id = ${id} and completed_at is null`)

/** Returns the next item that is not done, and locks it; skips those that another worker has locked. */
export const lockNextItem = (workspace: Workspace, task_id: string) =>
  one(workspace.sql<{ position: number; request: unknown }[]>`
    select position, request from job_items
    where workspace_id = ${workspace.id} and task_id = ${task_id} and refused_at is null
    order by position limit 1 for update skip locked`)

export const deleteItem = (workspace: Workspace, task_id: string, position: number) => workspace.sql`
  delete from job_items where workspace_id = ${workspace.id} and task_id = ${task_id} and position = ${position}`

/** Does nothing if the item has been carried out meanwhile. */
export const refuseItem = (
  workspace: Workspace,
  task_id: string,
  position: number,
  { code, message, field }: Refusal,
) => workspace.sql`
  update job_items set refused_at = ${workspace.now()}, code = ${code}, message = ${message}, field = ${field}, request = null
  where workspace_id = ${workspace.id} and task_id = ${task_id} and position = ${position} and refused_at is null`

/** Returns how often the item has failed now; undefined if it has been carried out meanwhile. */
export const countFailure = (workspace: Workspace, task_id: string, position: number) =>
  one(workspace.sql<{ failures: number }[]>`
    update job_items set failures = failures + 1
    where workspace_id = ${workspace.id} and task_id = ${task_id} and position = ${position} and refused_at is null
    returning failures`)

/** Ends the task if all its items are done. The transaction must have locked the job. */
export const endTask = (workspace: Workspace, id: string) => workspace.sql`
  update job_tasks set completed_at = ${workspace.now()}, state = case when exists (
      select from job_items where workspace_id = ${workspace.id} and task_id = job_tasks.id
    ) then 'completed_with_errors' else 'completed' end
  where workspace_id = ${workspace.id} and id = ${id} and completed_at is null and not exists (
    select from job_items
    where workspace_id = ${workspace.id} and task_id = job_tasks.id and refused_at is null)`

/** Returns the job if this ends it: all its tasks have ended. The transaction must have locked it. */
export const endJob = (workspace: Workspace, id: string) =>
  one(workspace.sql<JobRow[]>`
    update jobs set completed_at = ${workspace.now()}, updated_at = ${workspace.now()}, state = case when exists (
        select from job_tasks
        where workspace_id = ${workspace.id} and job_id = jobs.id and state = 'completed_with_errors'
      ) then 'completed_with_errors' else 'completed' end
    where workspace_id = ${workspace.id} and id = ${id} and completed_at is null and not exists (
      select from job_tasks where workspace_id = ${workspace.id} and job_id = jobs.id and completed_at is null)
    returning ${jobColumns(workspace)}`)

const byTask = ({ sql }: Workspace): Order => ({ by: sql`task_id`, type: 'bigint', direction: 'asc' })

/** Returns a page of the refused items of a job, in the order in which they were asked for. */
export async function pageOfRefused(workspace: Workspace, job_id: string, page: Page): Promise<PageResult<RefusedRow>> {
  const { sql } = workspace
  const order = byTask(workspace)
  const refused = sql`from job_items where workspace_id = ${workspace.id} and job_id = ${job_id} and refused_at is not null`
  const found = await sql<(RefusedRow & { cursor_value: string })[]>`
    select *, ${cursorValue(workspace, order)}
    from (select position as id, task_id, position, code, message, field, refused_at ${refused}) as refused
    where ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  // Ids are texts in a cursor.
  const rows = found.map((row) => ({ ...row, id: String(row.id) }))
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`select count(*)::integer as count ${refused}`
    return counted!.count
  })
}

const KEPT_DAYS = 30

/** In a workspace whose clock a sandbox has set, times do not show the age: its jobs stay. */
export async function deleteOldJobs(sql: Sql): Promise<void> {
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  await sql`
    delete from jobs
    where completed_at < now() - ${KEPT_DAYS} * interval '1 day' and not workspace_id = any(${clocks})`
}
