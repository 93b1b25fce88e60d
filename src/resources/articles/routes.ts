// Articles: created, changed, listed, searched and deleted.
import { Type } from 'typebox'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage, presentPages } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, Flag } from '#http/types.ts'
import { theHelpCenter } from '#resources/help-centers/queries.ts'
import type { Resource, Server } from '#server.ts'
import { readBodies } from './bodies.ts'
import { demo } from './demo.ts'
import { excerpts, highlight } from './highlight.ts'
import { mainContent, presentArticle, presentArticleItem } from './present.ts'
import { scheduleJob } from './publish-due.ts'
import { type ArticleRow, pageOfArticles, theArticle } from './queries.ts'
import { changeArticle, createArticle, removeArticle } from './save.ts'
import { Article, ArticleList, ArticleRequest, ArticleSearchResult, DeletedArticle } from './schema.ts'
import { pageOfMatches } from './search.ts'
import { articleEvents } from './topics.ts'

const reads = { scope: 'read_articles_scope' } as const
const writes = { scope: 'read_write_articles_scope' } as const

const ARTICLES_PAGE = { default: 25, max: 150 }
const SEARCH_PAGE = { default: 10, max: 50 }

const SearchQuery = Type.Object({
  phrase: Type.Optional(Type.String({ maxLength: 500, description: 'Words that the articles have.' })),
  state: Type.Optional(Type.Enum(['published', 'draft', 'all'], { description: 'Default: published.' })),
  help_center_id: Type.Optional(Type.String({ maxLength: 255 })),
  highlight: Type.Optional(Flag),
  ...NumberedPageQuery.properties,
})

function articles(app: App, { public_url }: Server) {
  const saving = { public_url }
  app.decorateRequest('written_bodies')

  app.get(
    '/articles',
    op('listArticles', {
      summary: 'List the articles, last updated first',
      sdk: (client) => client.articles.list(),
      ...reads,
      query: NumberedPageQuery,
      response: ArticleList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, ARTICLES_PAGE)
      const result = await pageOfArticles(workspace, page)
      return presentNumberedPage(page, result, (row) => presentArticleItem(workspace, row, public_url))
    },
  )

  app.post(
    '/articles',
    {
      ...op('createArticle', {
        summary: 'Create an article',
        ...writes,
        refuses: [404, 422],
        body: ArticleRequest,
        response: Article,
      }),
      preHandler: readBodies,
    },
    async ({ workspace, body, written_bodies }) =>
      presentArticle(workspace, await createArticle(workspace, body, written_bodies, saving), public_url),
  )

  app.get(
    '/articles/search',
    op('searchArticles', {
      summary: 'Search articles by words',
      sdk: (client) => client.articles.search({ phrase: 'getting started' }),
      since: '2.10',
      ...reads,
      refuses: [404],
      query: SearchQuery,
      response: ArticleSearchResult,
    }),
    async ({ workspace, query }) => {
      const { phrase, state = 'published', help_center_id, highlight: is_highlighted = false } = query
      if (help_center_id !== undefined) await theHelpCenter(workspace, help_center_id)
      const page = numberedPageOf(query, SEARCH_PAGE)
      const wanted = { phrase: phrase ?? '', state: state === 'all' ? undefined : state, help_center_id }
      const result = await pageOfMatches(workspace, wanted, page)
      return {
        type: 'list' as const,
        total_count: result.total_count,
        data: {
          articles: result.rows.map((row) => presentArticleItem(workspace, row, public_url)),
          highlights: is_highlighted ? result.rows.map((row) => highlightsOf(row, result.words)) : [],
        },
        pages: { next: null, ...presentPages(page, result) },
      }
    },
  )

  app.get(
    '/articles/:id',
    op('retrieveArticle', {
      summary: 'Show an article',
      sdk: (client) => client.articles.find({ article_id: 1 }),
      ...reads,
      params: ById,
      response: Article,
    }),
    async ({ workspace, params }) => presentArticle(workspace, await theArticle(workspace, params.id), public_url),
  )

  app.put(
    '/articles/:id',
    {
      ...op('updateArticle', {
        summary: 'Change, publish or unpublish an article',
        sdk: (client) => client.articles.update({ article_id: 1, title: 'First steps' }),
        ...writes,
        refuses: [422],
        params: ById,
        body: ArticleRequest,
        response: Article,
      }),
      preHandler: readBodies,
    },
    async ({ workspace, params, body, written_bodies }) =>
      presentArticle(workspace, await changeArticle(workspace, params.id, body, written_bodies, saving), public_url),
  )

  app.delete(
    '/articles/:id',
    op('deleteArticle', {
      summary: 'Delete an article for good',
      sdk: (client) => client.articles.delete({ article_id: 1 }),
      ...writes,
      params: ById,
      response: DeletedArticle,
    }),
    async ({ workspace, params: { id } }) => {
      await removeArticle(workspace, id, saving)
      return { id, object: 'article' as const, deleted: true as const }
    },
  )
}

function highlightsOf(row: ArticleRow, words: readonly string[]) {
  const { title, description, body_text } = mainContent(row)
  return {
    article_id: row.id,
    highlighted_title: highlight(title, words),
    highlighted_summary: excerpts([description, body_text].filter(Boolean).join('\n'), words),
  }
}

export default {
  group: 'Articles',
  routes: articles,
  events: articleEvents,
  jobs: [scheduleJob],
  demo,
} satisfies Resource
