// SQL that nouns put into their own statements: the notes of an object.
import type { Fragment } from '#db/sql.ts'
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
