// Writes a note about an object: the same for contacts, companies …
import { assertBody } from '#http/errors.ts'
import type { HtmlAndText } from '#lib/html.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertNote, type NotedObject, type NoteRow } from './queries.ts'
import { presentNote } from './schema.ts'
import { noteEvents } from './topics.ts'

/** `html` is the body as safe HTML, `text` the same as plain text. Throws a 400 if there is no text. */
export async function createNote(
  workspace: Workspace,
  object: NotedObject,
  { admin_id, html, text }: HtmlAndText & { admin_id: string },
): Promise<NoteRow> {
  assertBody(text)
  const note = await insertNote(workspace, { ...object, admin_id, body: html })
  await noteEvents.emit(workspace, {
    topic: 'note.created',
    object_id: note.id,
    actor: { type: 'admin', id: admin_id },
    snapshot: () => presentNote(note),
  })
  return note
}
