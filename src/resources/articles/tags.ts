// Tags on articles.
import { found } from '#http/errors.ts'
import { op } from '#http/op.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { attaching, contentTags, detaching } from '#resources/tags/content-tags.ts'
import { lockArticle } from './queries.ts'

const facts = { scope: 'read_write_articles_scope', param: 'article_id' } as const

export default contentTags({
  group: 'Articles',
  object_type: 'article',
  param: facts.param,
  attach: {
    path: '/articles/:article_id/tags',
    op: op('attachTagToArticle', attaching({ summary: 'Tag an article', ...facts })),
  },
  detach: {
    path: '/articles/:article_id/tags/:id',
    op: op('detachTagFromArticle', detaching({ summary: 'Remove a tag from an article', ...facts })),
  },
  locked: async (workspace, id) => found(await lockArticle(workspace, id), 'Article not found', 'article_not_found'),
  theAdmin,
})
