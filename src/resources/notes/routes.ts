// Notes, by their own id. The nouns that can have notes list and create them in their own folders.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { findNote } from './queries.ts'
import { Note, presentNote } from './schema.ts'
import { noteEvents } from './topics.ts'

function notes(app: App) {
  app.get(
    '/notes/:id',
    op('retrieveNote', {
      summary: 'Show a note',
      sdk: (client) => client.notes.find({ note_id: 1 }),
      scope: 'read_write_users',
      params: ById,
      response: Note,
    }),
    async ({ workspace, params }) => presentNote(found(await findNote(workspace, params.id))),
  )
}

export default { group: 'Notes', routes: notes, events: noteEvents } satisfies Resource
