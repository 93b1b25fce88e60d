// Tags on articles.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Id, named } from '#http/types.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { attachTag, detachTag, type Taggable } from '#resources/tags/attach.ts'
import { theTag } from '#resources/tags/queries.ts'
import { AppliedTag, presentAppliedTag } from '#resources/tags/schema.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockArticle } from './queries.ts'

const writes = { since: '2.16', scope: 'read_write_articles_scope' } as const

const ByArticle = Type.Object({ article_id: Type.String() })
const ByArticleAndTag = Type.Object({ article_id: Type.String(), id: Type.String() })

const AttachRequest = named(
  'article_tag_request',
  Type.Object({
    id: Id,
    admin_id: Type.Optional(Type.Union([Id, Type.Null()], { description: 'Default: the admin of the token.' })),
  }),
)

/** No topic is about the tags of articles. */
const articleTags: Taggable<{ id: string }> = {
  object_type: 'article',
  attached: async () => {},
  detached: async () => {},
}

const taggedArticle = async (workspace: Workspace, id: string) =>
  found(await lockArticle(workspace, id), 'Article not found', 'article_not_found')

function routes(app: App) {
  app.post(
    '/articles/:article_id/tags',
    op('attachTagToArticle', {
      summary: 'Tag an article',
      ...writes,
      params: ByArticle,
      body: AttachRequest,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const article = await taggedArticle(workspace, params.article_id)
      const tag = await theTag(workspace, body.id)
      const admin_id = body.admin_id ? (await theAdmin(workspace, body.admin_id)).id : workspace.admin_id
      return presentAppliedTag(await attachTag(workspace, articleTags, article, tag, admin_id))
    },
  )

  app.delete(
    '/articles/:article_id/tags/:id',
    op('detachTagFromArticle', {
      summary: 'Remove a tag from an article',
      ...writes,
      params: ByArticleAndTag,
      response: AppliedTag,
    }),
    async ({ workspace, params }) => {
      const article = await taggedArticle(workspace, params.article_id)
      const tag = await theTag(workspace, params.id)
      await detachTag(workspace, articleTags, article, tag)
      return presentAppliedTag({ ...tag, applied_at: null, applied_by: null })
    },
  )
}

export default { group: 'Articles', routes } satisfies Resource
