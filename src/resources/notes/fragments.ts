// SQL that nouns put into their own statements: the notes of an object.
import type { Fragment } from '#db/sql.ts'
import type { AdminSummary } from '#resources/references.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `ids` are the newest ten, newest first. */
export type NewestNotes = { ids: string[]; total_count: number }

/** An object's `NewestNotes`, as a JSON object. `object_id` is the SQL of its id, as text. */
export const newestNotesOf = ({ sql, id }: Workspace, object_type: string, object_id: Fragment): Fragment => {
  const notes = sql`
    from notes
    where notes.workspace_id = ${id} and notes.object_type = ${object_type} and notes.object_id = ${object_id}`
  // Most objects have few notes: then their number is known without a count.
  return sql`
    (
      select json_build_object('ids', ids, 'total_count',
        case when cardinality(ids) < 10 then cardinality(ids) else (select count(*) ${notes}) end)
      from (
        select array(select notes.id::text ${notes} order by notes.created_at desc, notes.id desc limit 10) as ids
      ) newest
    )`
}

/** The admin who wrote a note. */
export type NoteAuthor = AdminSummary & {
  away_status_reason_id: number | null
  has_inbox_seat: boolean
  team_ids: number[]
  team_priority_level: { primary_team_ids: number[]; secondary_team_ids: number[] }
}

/** The ids of the teams of the admin in the statement around it. */
const teamIds = ({ sql, id }: Workspace, condition: Fragment = sql`true`) => sql`
  array(select teams.id from teams
    where teams.workspace_id = ${id} and admins.id = any(admin_ids) and ${condition} order by teams.id)`

/** An admin as a `NoteAuthor`. `admin_id` is the SQL of its id. */
export const authorOf = (workspace: Workspace, admin_id: Fragment): Fragment => {
  const { sql, id } = workspace
  const comes_second = sql`admins.id = any(secondary_admin_ids)`
  return sql`
  (
    select json_build_object('type', 'admin', 'id', admins.id::text, 'name', name, 'email', email,
      'away_mode_enabled', away_mode_enabled, 'away_mode_reassign', away_mode_reassign,
      'away_status_reason_id', away_status_reason_id, 'has_inbox_seat', has_inbox_seat,
      'team_ids', ${teamIds(workspace)}, 'team_priority_level', json_build_object(
        'primary_team_ids', ${teamIds(workspace, sql`not ${comes_second}`)},
        'secondary_team_ids', ${teamIds(workspace, comes_second)}))
    from admins where admins.workspace_id = ${id} and admins.id = ${admin_id}
  )`
}

/** A note on the wire, without the object that it is about. */
export type WholeNote = { type: 'note'; id: string; created_at: number; author: NoteAuthor; body: string }

/** An object's newest ten notes in full, newest first, as a JSON array of `WholeNote`. */
export const wholeNotesOf = (workspace: Workspace, object_type: string, object_id: Fragment): Fragment => {
  const { sql, id } = workspace
  return sql`
  (
    select coalesce(json_agg(json_build_object('type', 'note', 'id', newest.id::text,
      'created_at', floor(extract(epoch from newest.created_at)), 'author', ${authorOf(workspace, sql`newest.admin_id`)},
      'body', newest.body) order by newest.created_at desc, newest.id desc), '[]')
    from (
      select id, created_at, admin_id, body from notes
      where notes.workspace_id = ${id} and notes.object_type = ${object_type} and notes.object_id = ${object_id}
      order by created_at desc, id desc limit 10
    ) newest
  )`
}
