// Ecommerce connectors: product catalogs are uploaded to them, whole or in parts, and shown as products.
import type { IncomingMessage } from 'node:http'
import { Type } from 'typebox'
import { found, missing } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { acceptUpload, noConnector } from './accept.ts'
import { demo } from './demo.ts'
import { deleteConnector, findConnector, insertConnector, listConnectors, pageOfProducts } from './queries.ts'
import { receiveForm } from './receive.ts'
import {
  CatalogForm,
  CatalogUpload,
  CatalogUploadList,
  EcommerceConnector,
  EcommerceConnectorList,
  EcommerceConnectorRequest,
  EcommerceProductList,
  PartAccepted,
  presentAccepted,
  presentConnector,
  presentProduct,
  presentUpload,
  SyncStarted,
} from './schema.ts'
import { syncCatalog } from './sync.ts'
import { expireUploads, findUpload, listUploads, removeUnused } from './upload-queries.ts'

const PRODUCTS_PAGE = { default: 20, max: 150 }
/** An upload of 99 MB over a slow line. */
const UPLOAD_MS = 600_000

/** Nothing waits for the client in a transaction: the rows of a file are staged first, then the upload is accepted. */
async function upload(workspace: Workspace, id: string, request: IncomingMessage) {
  if (!(await findConnector(workspace, id))) throw noConnector()
  const is_form = /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
  if (!is_form) throw missing('catalog file is required')
  const form = await receiveForm(workspace, request)
  try {
    return await atomically(workspace, (workspace) => acceptUpload(workspace, id, form))
  } finally {
    if (form.file_id) await removeUnused(workspace, form.file_id)
  }
}

function uploads(app: App) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.post(
    '/ecommerce/connectors/:id/catalog',
    op('uploadEcommerceCatalog', {
      summary: 'Upload a product catalog, whole or in parts',
      ...{ since: 'Preview', status: 202, runs: 'outside', time_limit_ms: UPLOAD_MS },
      ...{ media_types: 'multipart/form-data', refuses: [400, 409, 422, 503], form: CatalogForm },
      params: ById,
      response: SyncStarted,
      also_answers: { status: 200, response: PartAccepted },
    }),
    async ({ workspace, params, raw }, reply) => {
      const accepted = await upload(workspace, params.id, raw)
      if (accepted.type === 'part') reply.code(200)
      return presentAccepted(accepted) as never
    },
  )
}

function connectors(app: App) {
  app.get(
    '/extensions/ecommerce/connectors',
    op('listEcommerceConnectors', { summary: 'List the ecommerce connectors', response: EcommerceConnectorList }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listConnectors(workspace)).map(presentConnector) }),
  )

  app.post(
    '/extensions/ecommerce/connectors',
    op('createEcommerceConnector', {
      summary: 'Create an ecommerce connector',
      body: EcommerceConnectorRequest,
      response: EcommerceConnector,
    }),
    async ({ workspace, body }) => presentConnector(await insertConnector(workspace, body.name.trim())),
  )

  app.delete(
    '/extensions/ecommerce/connectors/:id',
    op('deleteEcommerceConnector', {
      summary: 'Delete an ecommerce connector, with its products',
      status: 204,
      params: ById,
    }),
    async ({ workspace, params }) => {
      if (!(await deleteConnector(workspace, params.id))) throw noConnector()
      return NOTHING
    },
  )

  app.get(
    '/extensions/ecommerce/connectors/:id/uploads',
    op('listEcommerceUploads', {
      summary: 'List the latest uploads to an ecommerce connector',
      params: ById,
      response: CatalogUploadList,
    }),
    async ({ workspace, params }) => {
      const connector = await findConnector(workspace, params.id)
      if (!connector) throw noConnector()
      return { type: 'list' as const, data: (await listUploads(workspace, connector.id)).map(presentUpload) }
    },
  )

  app.get(
    '/extensions/ecommerce/connectors/:id/uploads/:import_job_id',
    op('getEcommerceUpload', {
      summary: 'Show an upload: how far its sync is',
      params: Type.Object({ ...ById.properties, import_job_id: Type.String() }),
      response: CatalogUpload,
    }),
    async ({ workspace, params }) => presentUpload(found(await findUpload(workspace, params.id, params.import_job_id))),
  )

  app.get(
    '/extensions/ecommerce/products',
    op('listEcommerceProducts', {
      summary: 'List the products of all catalogs, or of one connector',
      query: Type.Object({ ...NumberedPageQuery.properties, connector_id: Type.Optional(Type.String()) }),
      response: EcommerceProductList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PRODUCTS_PAGE)
      return presentPage(page, await pageOfProducts(workspace, query.connector_id, page), presentProduct)
    },
  )
}

export default {
  group: 'Ecommerce Connectors',
  routes(app) {
    connectors(app)
    app.register(async (scope) => uploads(scope as App))
  },
  kept_tables: ['ecommerce_connectors'],
  demo,
  given: async (workspace) =>
    (await listConnectors(workspace)).map(({ id, name }) => ({ type: 'ecommerce_connector', id, name })),
  jobs: [syncCatalog, { name: 'ecommerce:expire', cron: '50 * * * *', run: ({ sql }) => expireUploads(sql) }],
} satisfies Resource
