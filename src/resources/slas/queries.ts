// The SQL of SLAs.
import { one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Definition } from './progress.ts'

export type SlaRow = Definition & {
  id: string
  name: string
  in_office_hours: boolean
  created_at: Date
  updated_at: Date
}
export type NewSla = Omit<SlaRow, 'id' | 'created_at' | 'updated_at'>

const columns = ({ sql }: Workspace) => sql`
  id, name, first_reply_time, next_reply_time, resolution_time, time_to_close, in_office_hours, created_at, updated_at`

export const listSlas = (workspace: Workspace) => workspace.sql<SlaRow[]>`
  select ${columns(workspace)} from slas where workspace_id = ${workspace.id} order by id`

export const findSla = (workspace: Workspace, id: string) =>
  one(workspace.sql<SlaRow[]>`
    select ${columns(workspace)} from slas where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws a 404 if there is no such SLA. */
export const theSla = async (workspace: Workspace, id: string): Promise<SlaRow> =>
  found(await findSla(workspace, id), ...NO_SLA)

/** Locks the SLA until the transaction ends. @throws a 404 if there is no such SLA. */
export const lockSla = async (workspace: Workspace, id: string): Promise<SlaRow> =>
  found(
    await one(workspace.sql<SlaRow[]>`
      select ${columns(workspace)} from slas where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`),
    ...NO_SLA,
  )

export const NO_SLA = ['SLA not found', 'not_found'] as const

/** Locks the number of SLAs until the transaction ends, and returns it. */
export async function lockAndCountSlas({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${id} slas`}, 0))`
  const counted = await one(sql<{ count: number }[]>`
    select count(*)::integer as count from slas where workspace_id = ${id}`)
  return counted?.count ?? 0
}

export const isNameTaken = async (workspace: Workspace, name: string, but_by: string | null): Promise<boolean> =>
  (await one(workspace.sql`
    select from slas
    where workspace_id = ${workspace.id} and lower(name) = lower(${name}) and id is distinct from ${but_by}`)) !==
  undefined

export const insertSla = (workspace: Workspace, sla: NewSla) => {
  const at = workspace.now()
  return one(workspace.sql<SlaRow[]>`
    insert into slas ${workspace.sql({ workspace_id: workspace.id, ...sla, created_at: at, updated_at: at })}
    returning ${columns(workspace)}`) as Promise<SlaRow>
}

export const updateSla = (workspace: Workspace, id: string, sla: Partial<NewSla>) =>
  one(workspace.sql<SlaRow[]>`
    update slas set ${workspace.sql({ ...sla, updated_at: workspace.now() })}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<SlaRow>

/** Teams that apply it apply none from now on. */
export const deleteSla = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from slas where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)
