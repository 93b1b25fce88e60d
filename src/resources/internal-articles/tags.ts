// Tags on internal articles.
import { found } from '#http/errors.ts'
import { op } from '#http/op.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { attaching, contentTags, detaching } from '#resources/tags/content-tags.ts'
import { lockInternalArticle, OBJECT_TYPE } from './queries.ts'

const facts = { scope: 'read_write_articles_scope', param: 'internal_article_id' } as const

export default contentTags({
  group: 'Internal Articles',
  object_type: OBJECT_TYPE,
  param: facts.param,
  attach: {
    path: '/internal_articles/:internal_article_id/tags',
    op: op('attachTagToInternalArticle', attaching({ summary: 'Tag an internal article', ...facts })),
  },
  detach: {
    path: '/internal_articles/:internal_article_id/tags/:id',
    op: op('detachTagFromInternalArticle', detaching({ summary: 'Remove a tag from an internal article', ...facts })),
  },
  locked: async (workspace, id) =>
    found(await lockInternalArticle(workspace, id), 'Internal article not found', 'internal_article_not_found'),
  theAdmin,
})
