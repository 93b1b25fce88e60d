// Content import sources and their external pages: what an assistant reads beside articles.
import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentPagesLink } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { crawlJob, recrawlJob } from './crawl/crawl.ts'
import { demo } from './demo.ts'
import { findExternalPage, pageOfExternalPages } from './page-queries.ts'
import {
  ExternalPage,
  ExternalPageList,
  ExternalPageRequest,
  NewExternalPageRequest,
  presentExternalPage,
} from './page-schema.ts'
import { readPageText } from './page-text.ts'
import { findSource, pageOfSources } from './queries.ts'
import { changePage, ingestPage, removePage } from './save-page.ts'
import { changeSource, createSource, removeSource } from './save-source.ts'
import {
  ImportSource,
  ImportSourceList,
  ImportSourceRequest,
  NewImportSourceRequest,
  presentImportSource,
  SyncedSourceRequest,
} from './schema.ts'
import { importSourceEvents } from './topics.ts'

const since = '2.12'
const reads = { since, scope: 'read_content' } as const
const writes = { since, scope: 'write_content' } as const
const PAGE = { default: 50, max: 150 }

function importSources(app: App, { public_url }: Server) {
  app.get(
    '/ai/content_import_sources',
    op('listContentImportSources', {
      summary: 'List the content import sources, oldest first',
      sdk: (client) => client.aiContent.listContentImportSources(),
      ...reads,
      query: NumberedPageQuery,
      response: ImportSourceList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PAGE)
      const result = await pageOfSources(workspace, page)
      return {
        type: 'list' as const,
        data: result.rows.map(presentImportSource),
        total_count: result.total_count,
        pages: presentPagesLink(`${public_url}/ai/content_import_sources`, page, result),
      }
    },
  )

  app.post(
    '/ai/content_import_sources',
    op('createContentImportSource', {
      summary: 'Create a content import source, whose pages come by the API',
      ...writes,
      refuses: [404],
      body: NewImportSourceRequest,
      response: ImportSource,
    }),
    async ({ workspace, body }) => presentImportSource(await createSource(workspace, body)),
  )

  app.post(
    '/extensions/content_import_sources',
    op('createSyncedContentImportSource', {
      summary: 'Create a content import source that is synchronised from a site',
      refuses: [404],
      body: SyncedSourceRequest,
      response: ImportSource,
    }),
    async ({ workspace, body }) => presentImportSource(await createSource(workspace, body)),
  )

  app.get(
    '/ai/content_import_sources/:id',
    op('getContentImportSource', {
      summary: 'Show a content import source',
      sdk: (client) => client.aiContent.getContentImportSource({ source_id: '33' }),
      ...reads,
      params: ById,
      response: ImportSource,
    }),
    async ({ workspace, params }) => presentImportSource(found(await findSource(workspace, params.id))),
  )

  app.put(
    '/ai/content_import_sources/:id',
    op('updateContentImportSource', {
      summary: 'Change a content import source',
      ...writes,
      params: ById,
      body: ImportSourceRequest,
      response: ImportSource,
    }),
    async ({ workspace, params, body }) => presentImportSource(await changeSource(workspace, params.id, body)),
  )

  app.delete(
    '/ai/content_import_sources/:id',
    op('deleteContentImportSource', {
      summary: 'Delete a content import source with its pages',
      sdk: (client) => client.aiContent.deleteContentImportSource({ source_id: '33' }),
      ...writes,
      status: 204,
      params: ById,
    }),
    async ({ workspace, params }) => {
      await removeSource(workspace, params.id)
      return NOTHING
    },
  )
}

function externalPages(app: App, { public_url }: Server) {
  app.decorateRequest('page_text')

  app.get(
    '/ai/external_pages',
    op('listExternalPages', {
      summary: 'List the external pages, newest first',
      sdk: (client) => client.aiContent.listExternalPages(),
      ...reads,
      query: NumberedPageQuery,
      response: ExternalPageList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PAGE)
      const result = await pageOfExternalPages(workspace, page)
      return {
        type: 'list' as const,
        data: result.rows.map(presentExternalPage),
        total_count: result.total_count,
        pages: presentPagesLink(`${public_url}/ai/external_pages`, page, result),
      }
    },
  )

  app.post(
    '/ai/external_pages',
    {
      ...op('createExternalPage', {
        summary: 'Create an external page, or change the one with its external_id',
        sdk: (client) =>
          client.aiContent.createExternalPage({
            title: 'Getting started',
            html: '<p>Hello</p>',
            source_id: 33,
            external_id: 'start',
          }),
        ...writes,
        refuses: [404, 422],
        body: NewExternalPageRequest,
        response: ExternalPage,
      }),
      preHandler: readPageText,
    },
    async ({ workspace, body, page_text }) => presentExternalPage(await ingestPage(workspace, body, page_text)),
  )

  app.get(
    '/ai/external_pages/:id',
    op('getExternalPage', {
      summary: 'Show an external page',
      sdk: (client) => client.aiContent.getExternalPage({ page_id: '21' }),
      ...reads,
      params: ById,
      response: ExternalPage,
    }),
    async ({ workspace, params }) => presentExternalPage(found(await findExternalPage(workspace, params.id))),
  )

  app.put(
    '/ai/external_pages/:id',
    {
      ...op('updateExternalPage', {
        summary: 'Change an external page',
        ...writes,
        refuses: [409, 422],
        params: ById,
        body: ExternalPageRequest,
        response: ExternalPage,
      }),
      preHandler: readPageText,
    },
    async ({ workspace, params, body, page_text }) =>
      presentExternalPage(await changePage(workspace, params.id, body, page_text)),
  )

  app.delete(
    '/ai/external_pages/:id',
    op('deleteExternalPage', {
      summary: 'Delete an external page',
      sdk: (client) => client.aiContent.deleteExternalPage({ page_id: '21' }),
      ...writes,
      params: ById,
      response: ExternalPage,
    }),
    async ({ workspace, params }) => {
      const page = await removePage(workspace, params.id)
      return presentExternalPage({ ...page, html: '' })
    },
  )
}

export default {
  group: 'AI Content',
  routes(app, server) {
    importSources(app, server)
    externalPages(app, server)
  },
  events: importSourceEvents,
  jobs: [crawlJob, recrawlJob],
  demo,
} satisfies Resource
