// Sections of collections, which versions before 2.10 have instead of collections within others.
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { listTops, pageOfCollections } from '../collections/queries.ts'
import { changeSection, createSection, removeSection, theSection } from './save.ts'
import { DeletedSection, presentSection, Section, SectionList, SectionRequest } from './schema.ts'

const SECTIONS_PAGE = { default: 20, max: 150 }

const until = '2.9'
const reads = { scope: 'read_articles_scope', until } as const
const writes = { scope: 'read_write_articles_scope', until } as const

function sections(app: App, { public_url }: Server) {
  app.get(
    '/help_center/sections',
    op('listAllSections', {
      summary: 'List the sections, last updated first',
      ...reads,
      query: NumberedPageQuery,
      response: SectionList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, SECTIONS_PAGE)
      const result = await pageOfCollections(workspace, page, 'within')
      const tops = await listTops(
        workspace,
        result.rows.map(({ id }) => id),
      )
      return presentNumberedPage(page, result, (row) =>
        presentSection(workspace, row, tops.get(row.id) as string, public_url),
      )
    },
  )

  app.post(
    '/help_center/sections',
    op('createSection', {
      summary: 'Create a section in a collection',
      ...writes,
      refuses: [404],
      body: SectionRequest,
      response: Section,
    }),
    async ({ workspace, body }) => {
      const { row, top_id } = await createSection(workspace, body)
      return presentSection(workspace, row, top_id, public_url)
    },
  )

  app.get(
    '/help_center/sections/:id',
    op('retrieveSection', { summary: 'Show a section', ...reads, params: ById, response: Section }),
    async ({ workspace, params }) => {
      const { row, top_id } = await theSection(workspace, params.id)
      return presentSection(workspace, row, top_id, public_url)
    },
  )

  app.put(
    '/help_center/sections/:id',
    op('updateSection', {
      summary: 'Rename a section, or move it into another collection',
      ...writes,
      params: ById,
      body: SectionRequest,
      response: Section,
    }),
    async ({ workspace, params, body }) => {
      const { row, top_id } = await changeSection(workspace, params.id, body)
      return presentSection(workspace, row, top_id, public_url)
    },
  )

  app.delete(
    '/help_center/sections/:id',
    op('deleteSection', {
      summary: 'Delete a section; articles stay',
      ...writes,
      params: ById,
      response: DeletedSection,
    }),
    async ({ workspace, params: { id } }) => {
      await removeSection(workspace, id)
      return { id, object: 'section' as const, deleted: true as const }
    },
  )
}

export default { group: 'Help Center', routes: sections } satisfies Resource
