// The SQL of macros.
import { one, rowId } from '#db/sql.ts'
import { teamIdsOf } from '#resources/teams/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type MacroRow = {
  id: string
  name: string
  /** HTML with placeholders as they were written. */
  body: string | null
  body_text: string | null
  visible_to: 'everyone' | 'specific_teams'
  visible_to_team_ids: string[]
  available_on: ('inbox' | 'messenger')[]
  created_at: Date
  updated_at: Date
}
export type NewMacro = Omit<MacroRow, 'id' | 'created_at' | 'updated_at'>

const columns = ({ sql }: Workspace) =>
  sql`id, name, body, body_text, visible_to, visible_to_team_ids, available_on, created_at, updated_at`

/** Whether the admin of the token may see a macro. */
const isVisible = (workspace: Workspace) => {
  const { sql, admin_id } = workspace
  return sql`(visible_to = 'everyone' or visible_to_team_ids && ${teamIdsOf(workspace, sql`${admin_id}::bigint`)})`
}

/** The last macro of the page before. */
export type MacroCursor = { updated_at: Date; id: string }
export type MacroFilter = { updated_since: Date | undefined; after: MacroCursor | undefined }

/** Returns the macros that the admin of the token may see, last updated first. */
export const listMacros = (workspace: Workspace, { updated_since, after }: MacroFilter, limit: number) => {
  const { sql, id } = workspace
  return sql<MacroRow[]>`
    select ${columns(workspace)} from macros
    where workspace_id = ${id} and ${isVisible(workspace)}
      and ${updated_since ? sql`updated_at >= ${updated_since}` : sql`true`}
      and ${after ? sql`(updated_at, id) < (${after.updated_at}, ${after.id})` : sql`true`}
    order by updated_at desc, id desc limit ${limit}`
}

/** Returns undefined if the admin of the token may not see it. */
export const findMacro = (workspace: Workspace, id: string) =>
  one(workspace.sql<MacroRow[]>`
    select ${columns(workspace)} from macros
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and ${isVisible(workspace)}`)

/** Returns the macros of all teams. */
export const listAllMacros = (workspace: Workspace) => workspace.sql<Pick<MacroRow, 'id' | 'name'>[]>`
  select id, name from macros where workspace_id = ${workspace.id} order by id limit 200`

/** Locks the macro until the transaction ends, whoever may see it. */
export const lockMacro = (workspace: Workspace, id: string) =>
  one(workspace.sql<MacroRow[]>`
    select ${columns(workspace)} from macros where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const insertMacro = (workspace: Workspace, macro: NewMacro) =>
  one(workspace.sql<MacroRow[]>`
    insert into macros (workspace_id, name, body, body_text, visible_to, visible_to_team_ids, available_on, created_at,
      updated_at)
    values (${workspace.id}, ${macro.name}, ${macro.body}, ${macro.body_text}, ${macro.visible_to},
      ${macro.visible_to_team_ids}::text[]::bigint[], ${macro.available_on}, ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<MacroRow>

export const updateMacro = (workspace: Workspace, id: string, macro: NewMacro) =>
  one(workspace.sql<MacroRow[]>`
    update macros set name = ${macro.name}, body = ${macro.body}, body_text = ${macro.body_text},
      visible_to = ${macro.visible_to}, visible_to_team_ids = ${macro.visible_to_team_ids}::text[]::bigint[],
      available_on = ${macro.available_on}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<MacroRow>

export const deleteMacro = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from macros where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)
