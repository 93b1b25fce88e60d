// Internal articles: created, changed, listed, searched and deleted.
import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage, presentPages } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { readBody } from './body.ts'
import { findInternalArticle, pageOfInternalArticles } from './queries.ts'
import { changeInternalArticle, createInternalArticle, removeInternalArticle } from './save.ts'
import {
  DeletedInternalArticle,
  InternalArticle,
  InternalArticleList,
  InternalArticleRequest,
  InternalArticleSearchResult,
  NewInternalArticleRequest,
  presentInternalArticle,
  SearchQuery,
} from './schema.ts'
import { pageOfMatches } from './search.ts'

const reads = { since: '2.13', scope: 'read_articles_scope' } as const
const writes = { since: '2.13', scope: 'read_write_articles_scope' } as const

const LIST_PAGE = { default: 25, max: 150 }
const SEARCH_PAGE = { default: 10, max: 50 }

function internalArticles(app: App) {
  app.decorateRequest('internal_body')

  app.get(
    '/internal_articles',
    op('listInternalArticles', {
      summary: 'List the internal articles, last updated first',
      sdk: (client) => client.internalArticles.listInternalArticles(),
      ...reads,
      query: NumberedPageQuery,
      response: InternalArticleList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, LIST_PAGE)
      return presentNumberedPage(page, await pageOfInternalArticles(workspace, page), presentInternalArticle)
    },
  )

  app.post(
    '/internal_articles',
    {
      ...op('createInternalArticle', {
        summary: 'Create an internal article',
        ...writes,
        refuses: [404, 422],
        body: NewInternalArticleRequest,
        response: InternalArticle,
      }),
      preHandler: readBody,
    },
    async ({ workspace, body, internal_body }) =>
      presentInternalArticle(await createInternalArticle(workspace, body, internal_body)),
  )

  app.get(
    '/internal_articles/search',
    op('searchInternalArticles', {
      summary: 'Search internal articles by words and folder',
      ...reads,
      query: SearchQuery,
      response: InternalArticleSearchResult,
    }),
    async ({ workspace, query: { phrase = '', folder_id, ...asked } }) => {
      const page = numberedPageOf(asked, SEARCH_PAGE)
      const result = await pageOfMatches(workspace, { phrase, folder_id }, page)
      return {
        type: 'list' as const,
        total_count: result.total_count,
        data: { internal_articles: result.rows.map(presentInternalArticle) },
        pages: presentPages(page, result),
      }
    },
  )

  app.get(
    '/internal_articles/:id',
    op('retrieveInternalArticle', {
      summary: 'Show an internal article',
      ...reads,
      params: ById,
      response: InternalArticle,
    }),
    async ({ workspace, params }) => presentInternalArticle(found(await findInternalArticle(workspace, params.id))),
  )

  app.put(
    '/internal_articles/:id',
    {
      ...op('updateInternalArticle', {
        summary: 'Change an internal article',
        ...writes,
        refuses: [422],
        params: ById,
        body: InternalArticleRequest,
        response: InternalArticle,
      }),
      preHandler: readBody,
    },
    async ({ workspace, params, body, internal_body }) =>
      presentInternalArticle(await changeInternalArticle(workspace, params.id, body, internal_body)),
  )

  app.delete(
    '/internal_articles/:id',
    op('deleteInternalArticle', {
      summary: 'Delete an internal article',
      ...writes,
      params: ById,
      response: DeletedInternalArticle,
    }),
    async ({ workspace, params }) => ({
      id: await removeInternalArticle(workspace, params.id),
      object: 'internal_article' as const,
      deleted: true as const,
    }),
  )
}

export default { group: 'Internal Articles', routes: internalArticles } satisfies Resource
