// Notes on contacts: listed and created.

import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { readBody } from '#resources/attachments/written-body.ts'
import { createNote } from '#resources/notes/create.ts'
import { pageOfNotes } from '#resources/notes/queries.ts'
import { MAX_NOTE, Note, NoteList, NoteRequest, presentNote } from '#resources/notes/schema.ts'
import type { Resource } from '#server.ts'
import { heldContact } from './hold-queries.ts'
import { theContact, touchContact } from './queries.ts'

const NOTES_PAGE = { default: 50, max: 150 }

function routes(app: App) {
  app.decorateRequest('written_body')

  app.get(
    '/contacts/:id/notes',
    op('listNotes', {
      summary: 'List the notes on a contact, newest first',
      sdk: (client) => client.notes.list({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ById,
      query: NumberedPageQuery,
      response: NoteList,
    }),
    async ({ workspace, params, query }) => {
      const { id } = await theContact(workspace, params.id)
      const page = numberedPageOf(query, NOTES_PAGE)
      const result = await pageOfNotes(workspace, { object_type: 'contact', object_id: id }, page)
      return presentNumberedPage(page, result, presentNote)
    },
  )

  app.post(
    '/contacts/:id/notes',
    {
      ...op('createNote', {
        summary: 'Write a note on a contact',
        sdk: (client) => client.notes.create({ contact_id: '6b078829306d5537cf33eba8', body: 'Prefers to be called' }),
        scope: 'read_write_users',
        params: ById,
        body: NoteRequest,
        response: Note,
      }),
      preHandler: readBody({ max_length: MAX_NOTE, with_text: true }),
    },
    async ({ workspace, params, body, written_body: { html, text = '' } }) => {
      const { id } = await heldContact(workspace, params.id)
      const author = found(await findAdmin(workspace, body.admin_id ?? workspace.admin_id))
      const noted = { object_type: 'contact', object_id: id }
      const note = await createNote(workspace, noted, { admin_id: author.id, html, text })
      await touchContact(workspace, id)
      return presentNote(note)
    },
  )
}

export default { group: 'Notes', routes } satisfies Resource
