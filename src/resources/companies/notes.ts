// Notes on companies: listed and created.

import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { readBody } from '#resources/attachments/written-body.ts'
import { createNote } from '#resources/notes/create.ts'
import { pageOfNotes } from '#resources/notes/queries.ts'
import { MAX_NOTE, Note, NoteList, NoteRequest, presentNote } from '#resources/notes/schema.ts'
import type { Resource } from '#server.ts'
import { theCompany, touchCompany } from './queries.ts'

const NOTES_PAGE = { default: 50, max: 150 }

const ByCompany = Type.Object({ company_id: Type.String() })

function routes(app: App) {
  app.decorateRequest('written_body')

  app.get(
    '/companies/:company_id/notes',
    op('listCompanyNotes', {
      summary: 'List the notes on a company, newest first',
      since: '2.15',
      scope: 'read_write_users',
      params: ByCompany,
      query: NumberedPageQuery,
      response: NoteList,
    }),
    async ({ workspace, params, query }) => {
      const { id } = await theCompany(workspace, params.company_id)
      const page = numberedPageOf(query, NOTES_PAGE)
      const result = await pageOfNotes(workspace, { object_type: 'company', object_id: id }, page)
      return presentNumberedPage(page, result, presentNote)
    },
  )

  app.post(
    '/companies/:company_id/notes',
    {
      ...op('createCompanyNote', {
        summary: 'Write a note on a company',
        since: '2.16',
        scope: 'write_users_companies',
        params: ByCompany,
        body: NoteRequest,
        response: Note,
      }),
      preHandler: readBody({ max_length: MAX_NOTE, with_text: true }),
    },
    async ({ workspace, params, body, written_body: { html, text = '' } }) => {
      const { id } = await theCompany(workspace, params.company_id)
      const author = found(await findAdmin(workspace, body.admin_id ?? workspace.admin_id))
      const noted = { object_type: 'company', object_id: id }
      const note = await createNote(workspace, noted, { admin_id: author.id, html, text })
      await touchCompany(workspace, id)
      return presentNote(note)
    },
  )
}

export default { group: 'Notes', routes } satisfies Resource
