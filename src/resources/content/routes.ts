// All content at once: searched, and changed in bulk.
import { numberedPageOf, presentPagesLink } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { forgetWords } from '#resources/content-index/forget-words.ts'
import type { Resource, Server } from '#server.ts'
import { bulkJob, enqueueBulk } from './bulk-job.ts'
import { readBulk } from './read-bulk.ts'
import { BulkActionBody, BulkActionResponse, SearchQuery, SearchResponse } from './schema.ts'
import { type FoundContent, pageOfContent } from './search.ts'

const PAGE = { default: 10, max: 50 }

function routes(app: App, { public_url }: Server) {
  app.get(
    '/content/search',
    op('searchContent', {
      summary: 'Search articles, internal articles, snippets and external pages by words',
      since: '2.16',
      scope: 'read_content',
      refuses: [422],
      query: SearchQuery,
      response: SearchResponse,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PAGE)
      const result = await pageOfContent(workspace, query, page)
      const url = `${public_url}/content/search`
      const asked = new URLSearchParams()
      for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value))
      return {
        type: 'list' as const,
        total_count: result.total_count,
        pages: { ...pagesOf(url, page, result, asked), prev: page.number > 1 ? at(url, asked, page.number - 1) : null },
        data: result.rows.map(presentFound),
      }
    },
  )

  app.post(
    '/content/bulk_actions',
    op('bulkContentActions', {
      summary: 'Publish, unpublish, delete or tag up to 1,000 contents, or set for whom they are',
      since: '2.16',
      status: 202,
      scope: 'write_content',
      refuses: [422],
      body: BulkActionBody,
      response: BulkActionResponse,
    }),
    async ({ workspace, body }) => {
      const { action, items } = await readBulk(workspace, body)
      if (items.length) await enqueueBulk(workspace, action, items)
      return { type: 'content_bulk_action' as const, status: 'queued' as const }
    },
  )
}

type PageOfContent = Awaited<ReturnType<typeof pageOfContent>>

function pagesOf(
  url: string,
  page: { number: number; per_page: number },
  result: PageOfContent,
  asked: URLSearchParams,
) {
  const pages = presentPagesLink(url, page, result)
  return { ...pages, next: pages.next && at(url, asked, page.number + 1) }
}

function at(url: string, asked: URLSearchParams, number: number): string {
  const query = new URLSearchParams(asked)
  query.set('page', String(number))
  return `${url}?${query}`
}

function presentFound({ type, id, title, contents }: FoundContent) {
  if (type !== 'article') return { type, id, title }
  return { type, id, title, contents: contents.map((content) => ({ type: 'article_content' as const, ...content })) }
}

export default {
  group: 'Content',
  routes,
  jobs: [bulkJob, { name: 'content:forget-words', cron: '*/10 * * * *', run: ({ sql }) => forgetWords(sql) }],
} satisfies Resource
