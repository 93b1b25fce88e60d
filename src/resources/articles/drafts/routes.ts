// Drafts: texts that are staged on top of a published article.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { ById, named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { readBodies } from '../bodies.ts'
import { presentArticle } from '../present.ts'
import { Article, ArticleRequest } from '../schema.ts'
import { publishDraft, stageDraft, theDraft } from './save.ts'

const since = '2.16'
const reads = { since, scope: 'read_articles_scope' } as const
const writes = { since, scope: 'read_write_articles_scope', refuses: [422] } as const

const PublishRequest = named(
  'publish_article_draft_request',
  Type.Union([
    Type.Object({
      locales: Type.Optional(
        Type.Array(Type.String({ maxLength: 20 }), {
          maxItems: 50,
          description: 'Needed if the help center has several locales.',
        }),
      ),
    }),
    Type.Null(),
  ]),
)

function drafts(app: App, { public_url }: Server) {
  app.decorateRequest('written_bodies')

  app.get(
    '/articles/:id/draft',
    op('retrieveArticleDraft', {
      summary: 'Show an article with its staged draft',
      ...reads,
      params: ById,
      response: Article,
    }),
    async ({ workspace, params }) => presentArticle(workspace, await theDraft(workspace, params.id), public_url),
  )

  app.put(
    '/articles/:id/draft',
    {
      ...op('stageArticleDraft', {
        summary: 'Stage changes of a published article',
        ...writes,
        params: ById,
        body: ArticleRequest,
        response: Article,
      }),
      preHandler: readBodies,
    },
    async ({ workspace, params, body, written_bodies }) =>
      presentArticle(workspace, await stageDraft(workspace, params.id, body, written_bodies), public_url),
  )

  app.post(
    '/articles/:id/draft/publish',
    op('publishArticleDraft', {
      summary: 'Publish the staged changes of an article',
      ...writes,
      params: ById,
      body: PublishRequest,
      response: Article,
    }),
    async ({ workspace, params, body }) => {
      const article = await publishDraft(workspace, params.id, body?.locales, { public_url })
      return presentArticle(workspace, article, public_url)
    },
  )
}

export default { group: 'Articles', routes: drafts } satisfies Resource
