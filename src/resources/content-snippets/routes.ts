// Content snippets: created, changed, listed and deleted.
import { FlatPageQuery, numberedPageOf, presentFlatPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { readBody } from './body.ts'
import { demo } from './demo.ts'
import { findSnippet, pageOfSnippets } from './queries.ts'
import { changeSnippet, createSnippet, removeSnippet, theSnippet } from './save.ts'
import { ContentSnippet, ContentSnippetList, NewSnippetRequest, presentSnippet, SnippetRequest } from './schema.ts'
import { snippetEvents } from './topics.ts'

const reads = { since: '2.16', scope: 'read_content' } as const
const writes = { since: '2.16', scope: 'read_write_content_snippets' } as const

const SNIPPETS_PAGE = { default: 50, max: 50 }

function routes(app: App) {
  app.decorateRequest('snippet_body')

  app.get(
    '/content_snippets',
    op('listContentSnippets', {
      summary: 'List the content snippets, last updated first',
      ...reads,
      query: FlatPageQuery,
      response: ContentSnippetList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, SNIPPETS_PAGE)
      return presentFlatPage(page, await pageOfSnippets(workspace, page), presentSnippet)
    },
  )

  app.post(
    '/content_snippets',
    {
      ...op('createContentSnippet', {
        summary: 'Create a content snippet',
        ...writes,
        status: 201,
        refuses: [404, 422],
        body: NewSnippetRequest,
        response: ContentSnippet,
      }),
      preHandler: readBody,
    },
    async ({ workspace, body, snippet_body }) => presentSnippet(await createSnippet(workspace, body, snippet_body)),
  )

  app.get(
    '/content_snippets/:id',
    op('getContentSnippet', { summary: 'Show a content snippet', ...reads, params: ById, response: ContentSnippet }),
    async ({ workspace, params }) => presentSnippet(await theSnippet(findSnippet(workspace, params.id))),
  )

  app.put(
    '/content_snippets/:id',
    {
      ...op('updateContentSnippet', {
        summary: 'Change a content snippet',
        ...writes,
        refuses: [422],
        params: ById,
        body: SnippetRequest,
        response: ContentSnippet,
      }),
      preHandler: readBody,
    },
    async ({ workspace, params, body, snippet_body }) =>
      presentSnippet(await changeSnippet(workspace, params.id, body, snippet_body)),
  )

  app.delete(
    '/content_snippets/:id',
    op('deleteContentSnippet', { summary: 'Delete a content snippet', ...writes, status: 204, params: ById }),
    async ({ workspace, params }) => {
      await removeSnippet(workspace, params.id)
      return NOTHING
    },
  )
}

export default { group: 'Content Snippets', routes, events: snippetEvents, demo } satisfies Resource
