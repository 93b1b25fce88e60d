// Tags on internal articles.
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
import { lockInternalArticle, OBJECT_TYPE } from './queries.ts'

const writes = { since: '2.16', scope: 'read_write_articles_scope' } as const

const ByObject = Type.Object({ internal_article_id: Type.String() })
const ByObjectAndTag = Type.Object({ internal_article_id: Type.String(), id: Type.String() })

const AttachRequest = named(
  'internal_article_tag_request',
  Type.Object({
    id: Id,
    admin_id: Type.Optional(Type.Union([Id, Type.Null()], { description: 'Default: the admin of the token.' })),
  }),
)

/** No topic is about these tags. */
const taggable: Taggable<{ id: string }> = {
  object_type: OBJECT_TYPE,
  attached: async () => {},
  detached: async () => {},
}

const tagged = async (workspace: Workspace, id: string) =>
  found(await lockInternalArticle(workspace, id), 'Internal article not found', 'internal_article_not_found')

function routes(app: App) {
  app.post(
    '/internal_articles/:internal_article_id/tags',
    op('attachTagToInternalArticle', {
      summary: 'Tag an internal article',
      ...writes,
      params: ByObject,
      body: AttachRequest,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const object = await tagged(workspace, params.internal_article_id)
      const tag = await theTag(workspace, body.id)
      const admin_id = body.admin_id ? (await theAdmin(workspace, body.admin_id)).id : workspace.admin_id
      return presentAppliedTag(await attachTag(workspace, taggable, object, tag, admin_id))
    },
  )

  app.delete(
    '/internal_articles/:internal_article_id/tags/:id',
    op('detachTagFromInternalArticle', {
      summary: 'Remove a tag from an internal article',
      ...writes,
      params: ByObjectAndTag,
      response: AppliedTag,
    }),
    async ({ workspace, params }) => {
      const object = await tagged(workspace, params.internal_article_id)
      const tag = await theTag(workspace, params.id)
      await detachTag(workspace, taggable, object, tag)
      return presentAppliedTag({ ...tag, applied_at: null, applied_by: null })
    },
  )
}

export default { group: 'Internal Articles', routes } satisfies Resource
