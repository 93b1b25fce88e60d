// Tags on content snippets.
import { found } from '#http/errors.ts'
import { op } from '#http/op.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { attaching, contentTags, detaching } from '#resources/tags/content-tags.ts'
import { lockSnippet, OBJECT_TYPE } from './queries.ts'

const facts = { scope: 'read_write_content_snippets', param: 'content_snippet_id' } as const

export default contentTags({
  group: 'Content Snippets',
  object_type: OBJECT_TYPE,
  param: facts.param,
  attach: {
    path: '/content_snippets/:content_snippet_id/tags',
    op: op('attachTagToContentSnippet', attaching({ summary: 'Tag a content snippet', ...facts })),
  },
  detach: {
    path: '/content_snippets/:content_snippet_id/tags/:id',
    op: op('detachTagFromContentSnippet', detaching({ summary: 'Remove a tag from a content snippet', ...facts })),
  },
  locked: async (workspace, id) =>
    found(await lockSnippet(workspace, id), 'Content snippet not found', 'content_snippet_not_found'),
  theAdmin,
})
