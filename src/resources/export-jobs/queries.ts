// The SQL of export jobs, for all kinds of exports.
import { one, type Pool, type Sql } from '#db/sql.ts'
import { deleteAttachments } from '#resources/attachments/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ExportKind = 'content' | 'reporting'
export type ExportState = 'pending' | 'in_progress' | 'failed' | 'completed' | 'no_data' | 'canceled'

export type ExportRow = {
  id: string
  state: ExportState
  file_id: string | null
  created_at: Date
  expires_at: Date | null
}

const columns = ({ sql }: Pick<Workspace, 'sql'>) => sql`id, state, file_id, created_at, expires_at`

/** Returns undefined for an unknown job, one of another kind, or one that has expired. */
export const findExport = (workspace: Workspace, kind: ExportKind, id: string) =>
  one(workspace.sql<ExportRow[]>`
    select ${columns(workspace)} from export_jobs
    where workspace_id = ${workspace.id} and id = ${id} and kind = ${kind}
      and (expires_at is null or expires_at > ${workspace.now()})`)

/** Other requests for an export of the workspace wait until the transaction ends. */
export async function countActiveLocked({ sql, id }: Workspace, kind: ExportKind): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`exports ${kind} ${id}`}, 0))`
  const [counted] = await sql<{ count: number }[]>`
    select count(*)::int as count from export_jobs
    where workspace_id = ${id} and kind = ${kind} and state in ('pending', 'in_progress')`
  return counted!.count
}

export const insertExport = (workspace: Workspace, job: { id: string; kind: ExportKind; request: object }) =>
  one(workspace.sql<ExportRow[]>`
    insert into export_jobs (workspace_id, id, kind, request, created_at)
    values (${workspace.id}, ${job.id}, ${job.kind}, ${JSON.stringify(job.request)}::text::jsonb, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<ExportRow>

/** How the file of a job is found, and its row removed: two days after its end. */
const DAYS_KEPT = 2
const DAY_MS = 24 * 60 * 60_000

const ended = (workspace: Workspace) => ({
  expires_at: new Date(workspace.now().getTime() + DAYS_KEPT * DAY_MS),
  kept: `${DAYS_KEPT} days`,
})

/** Ends an active job. Returns undefined if it is not active: it was canceled, or another worker has ended it. */
export const endExport = (
  workspace: Workspace,
  id: string,
  state: Exclude<ExportState, 'pending' | 'in_progress'>,
  file_id: string | null = null,
) => {
  const { expires_at, kept } = ended(workspace)
  return one(workspace.sql<ExportRow[]>`
    update export_jobs set state = ${state}, file_id = ${file_id}, expires_at = ${expires_at},
      remove_after = now() + ${kept}::interval
    where workspace_id = ${workspace.id} and id = ${id} and state in ('pending', 'in_progress')
    returning ${columns(workspace)}`)
}

/** Counts another run of an active job. Returns undefined if it is not active any more. */
export const beginExport = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<{ kind: ExportKind; request: unknown; runs: number; created_at: Date }[]>`
    update export_jobs set state = 'in_progress', runs = runs + 1
    where workspace_id = ${workspace_id} and id = ${id} and state in ('pending', 'in_progress')
    returning kind, request, runs, created_at`)

/** Returns whether the run with this number is the last one, and the job was not canceled. */
export const isCurrent = async (sql: Sql, workspace_id: string, id: string, runs: number): Promise<boolean> =>
  (
    await sql`
      select from export_jobs
      where workspace_id = ${workspace_id} and id = ${id} and state = 'in_progress' and runs = ${runs}`
  ).count > 0

/** Removes the jobs whose time is up, with their rows of files; their bytes are removed after that. */
export const removeExpired = (sql: Pool) =>
  sql.begin(async (sql) => {
    const gone = await sql<{ workspace_id: string; file_ids: string[] }[]>`
      with gone as (delete from export_jobs where remove_after <= now() returning workspace_id, file_id)
      select workspace_id, array_agg(file_id) as file_ids from gone where file_id is not null group by workspace_id`
    for (const { workspace_id, file_ids } of gone) await deleteAttachments({ sql, id: workspace_id }, file_ids)
  })
