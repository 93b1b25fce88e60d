// Collections of help centers.
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { has } from '#versions/changes.ts'
import { pageOfCollections, theCollection } from './queries.ts'
import { changeCollection, createCollection, removeCollection } from './save.ts'
import {
  Collection,
  CollectionList,
  CollectionRequest,
  DeletedCollection,
  NewCollectionRequest,
  presentCollection,
} from './schema.ts'

const COLLECTIONS_PAGE = { default: 20, max: 150 }

const reads = { scope: 'read_articles_scope' } as const
const writes = { scope: 'read_write_articles_scope' } as const

function collections(app: App, { public_url }: Server) {
  app.get(
    '/help_center/collections',
    op('listAllCollections', {
      summary: 'List the collections, last updated first',
      sdk: (client) => client.helpCenters.collections.list(),
      ...reads,
      query: NumberedPageQuery,
      response: CollectionList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, COLLECTIONS_PAGE)
      const result = await pageOfCollections(workspace, page, has(workspace, 'collections-nest') ? 'any' : 'top')
      return presentNumberedPage(page, result, (row) => presentCollection(workspace, row, public_url))
    },
  )

  app.post(
    '/help_center/collections',
    op('createCollection', {
      summary: 'Create a collection',
      sdk: (client) => client.helpCenters.collections.create({ name: 'Getting started' }),
      ...writes,
      refuses: [404],
      body: NewCollectionRequest,
      response: Collection,
    }),
    async ({ workspace, body }) => presentCollection(workspace, await createCollection(workspace, body), public_url),
  )

  app.get(
    '/help_center/collections/:id',
    op('retrieveCollection', {
      summary: 'Show a collection',
      sdk: (client) => client.helpCenters.collections.find({ collection_id: 1 }),
      ...reads,
      params: ById,
      response: Collection,
    }),
    async ({ workspace, params }) =>
      presentCollection(workspace, await theCollection(workspace, params.id), public_url),
  )

  app.put(
    '/help_center/collections/:id',
    op('updateCollection', {
      summary: 'Rename or move a collection',
      sdk: (client) => client.helpCenters.collections.update({ collection_id: 1, name: 'First steps' }),
      ...writes,
      params: ById,
      body: CollectionRequest,
      response: Collection,
    }),
    async ({ workspace, params, body }) =>
      presentCollection(workspace, await changeCollection(workspace, params.id, body), public_url),
  )

  app.delete(
    '/help_center/collections/:id',
    op('deleteCollection', {
      summary: 'Delete a collection with those within it; articles stay',
      sdk: (client) => client.helpCenters.collections.delete({ collection_id: 1 }),
      ...writes,
      params: ById,
      response: DeletedCollection,
    }),
    async ({ workspace, params: { id } }) => {
      await removeCollection(workspace, id)
      return { id, object: 'collection' as const, deleted: true as const }
    },
  )
}

export default { group: 'Help Center', routes: collections } satisfies Resource
