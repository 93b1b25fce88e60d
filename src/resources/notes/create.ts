// Writes a note about an object: the same for contacts, companies …
import { assertBody } from '#http/errors.ts'
import { toHtml, toPlainText } from '#lib/html.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertNote, type NotedObject, type NoteRow } from './queries.ts'
import { presentNote } from './schema.ts'
import { noteEvents } from './topics.ts'

/** Throws a 400 if nothing of `body`, which is HTML or plain text, can be read. */
export async function createNote(
  workspace: Workspace,
  object: NotedObject,
  { admin_id, body }: { admin_id: string; body: string },
): Promise<NoteRow> {
  const html = toHtml(body)
  assertBody(toPlainText(html, { links: 'label (url)' }))
  const note = await insertNote(workspace, { ...object, admin_id, body: html })
  await noteEvents.emit(workspace, {
    topic: 'note.created',
    object_id: note.id,
    actor: { type: 'admin', id: admin_id },
    snapshot: () => presentNote(note),
  })
  return note
}
