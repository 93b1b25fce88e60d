// Notes, and which object each is about. None is changed or deleted.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { AdminSummary } from '#resources/references.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** An object that can have notes: `{ object_type: 'contact', object_id: '6762f0…' }`. */
export type NotedObject = { object_type: string; object_id: string }

type Author = AdminSummary & {
  away_status_reason_id: number | null
  has_inbox_seat: boolean
  team_ids: number[]
  team_priority_level: { primary_team_ids: number[]; secondary_team_ids: number[] }
}

export type NoteRow = NotedObject & { id: string; body: string; created_at: Date; author: Author }

/** The ids of the teams of the admin in the statement around it. */
const teamIds = ({ sql, id }: Workspace, condition: Fragment = sql`true`) => sql`
  array(select teams.id from teams
    where teams.workspace_id = ${id} and admins.id = any(admin_ids) and ${condition} order by teams.id)`

const columns = (workspace: Workspace) => {
  const { sql, id } = workspace
  const comes_second = sql`admins.id = any(secondary_admin_ids)`
  return sql`
  id, object_type, object_id, body, created_at, (
    select json_build_object('type', 'admin', 'id', admins.id::text, 'name', name, 'email', email,
      'away_mode_enabled', away_mode_enabled, 'away_mode_reassign', away_mode_reassign,
      'away_status_reason_id', away_status_reason_id, 'has_inbox_seat', has_inbox_seat,
      'team_ids', ${teamIds(workspace)}, 'team_priority_level', json_build_object(
        'primary_team_ids', ${teamIds(workspace, sql`not ${comes_second}`)},
        'secondary_team_ids', ${teamIds(workspace, comes_second)}))
    from admins where admins.workspace_id = ${id} and admins.id = notes.admin_id
  ) as author`
}

export const findNote = (workspace: Workspace, id: string) =>
  one(workspace.sql<NoteRow[]>`
    select ${columns(workspace)} from notes where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** One page of an object's notes, newest first. */
export async function pageOfNotes(
  workspace: Workspace,
  { object_type, object_id }: NotedObject,
  page: Page,
): Promise<PageResult<NoteRow>> {
  const { sql } = workspace
  const order = newest(workspace, 'created_at')
  const about = sql`object_type = ${object_type} and object_id = ${object_id}`
  const rows = await sql<(NoteRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from notes
    where workspace_id = ${workspace.id} and ${about} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`
      select count(*)::integer as count from notes where workspace_id = ${workspace.id} and ${about}`
    return counted!.count
  })
}

type NewNote = NotedObject & { admin_id: string; body: string }

export async function insertNote(workspace: Workspace, { object_type, object_id, admin_id, body }: NewNote) {
  const [inserted] = await workspace.sql<NoteRow[]>`
    insert into notes (workspace_id, object_type, object_id, admin_id, body, created_at)
    values (${workspace.id}, ${object_type}, ${object_id}, ${admin_id}, ${body}, ${workspace.now()})
    returning ${columns(workspace)}`
  return inserted!
}
