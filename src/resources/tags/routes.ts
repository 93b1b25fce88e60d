// Tags: the list of them, and POST /tags, which makes, renames and hangs them by one body.

import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import * as carriers from './carriers.ts'
import { deleteTag, findTag, listTags, listTagsOf } from './queries.ts'
import { saveTag } from './save.ts'
import { AppliedTagList, CreatedTag, presentAppliedTag, presentTag, Tag, TagList, TagRequest } from './schema.ts'
import { taggable } from './taggable.ts'

function tags(app: App) {
  app.get('/tags', op('listTags', { response: TagList }), async ({ workspace }) => ({
    type: 'list' as const,
    data: (await listTags(workspace)).map(presentTag),
  }))

  app.post('/tags', op('createTag', { body: TagRequest, response: CreatedTag }), async ({ workspace, body }) =>
    saveTag(workspace, body),
  )

  app.get('/tags/:id', op('findTag', { params: ById, response: Tag }), async ({ workspace, params }) =>
    presentTag(found(await findTag(workspace, params.id))),
  )

  app.delete('/tags/:id', op('deleteTag', { params: ById }), async ({ workspace, params }) => {
    found(await deleteTag(workspace, params.id))
    return NOTHING
  })

  app.get(
    '/contacts/:id/tags',
    op('listTagsForAContact', { params: ById, response: AppliedTagList }),
    async ({ workspace, params }) => {
      const { id } = await carriers.contacts.find(workspace, params.id)
      const tags = await listTagsOf(workspace, { object_type: 'contact', object_id: id })
      return { type: 'list' as const, data: tags.map(presentAppliedTag) }
    },
  )

  taggable(app, carriers.contacts)
  taggable(app, carriers.conversations)
}

export default { group: 'Tags', routes: tags } satisfies Resource
