// Notes, and which object each is about. None is changed or deleted.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { authorOf, type NoteAuthor } from './fragments.ts'

/** An object that can have notes: `{ object_type: 'contact', object_id: '6762f0…' }`. */
export type NotedObject = { object_type: string; object_id: string }

export type NoteRow = NotedObject & { id: string; body: string; created_at: Date; author: NoteAuthor }

const columns = (workspace: Workspace) => workspace.sql`
  id, object_type, object_id, body, created_at, ${authorOf(workspace, workspace.sql`notes.admin_id`)} as author`

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

/** Makes the notes on one object those on another one. */
export const moveNotes = (workspace: Workspace, object_type: string, from: string, into: string) => workspace.sql`
  update notes set object_id = ${into}
  where workspace_id = ${workspace.id} and object_type = ${object_type} and object_id = ${from}`

export const countNotes = (workspace: Workspace, object_type: string, from: string, into: string) =>
  one(workspace.sql<{ from: number; into: number }[]>`
    select count(*) filter (where object_id = ${from})::int as from,
      count(*) filter (where object_id = ${into})::int as into
    from notes
    where workspace_id = ${workspace.id} and object_type = ${object_type} and object_id in (${from}, ${into})`)
