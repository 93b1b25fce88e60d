// Tags: created, renamed, listed and deleted. The nouns that can have tags attach and detach them in their own folders.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { findTag, listTags } from './queries.ts'
import { removeTag, saveTag, type TagTargets } from './save.ts'
import { CreatedTag, presentTag, Tag, TagList, TagRequest } from './schema.ts'

function tags(app: App, targets: TagTargets) {
  app.get(
    '/tags',
    op('listTags', { summary: 'List all tags', sdk: (client) => client.tags.list(), response: TagList }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listTags(workspace)).map(presentTag),
    }),
  )

  app.post(
    '/tags',
    op('createTag', {
      summary: 'Create, find or rename a tag, or tag contacts and companies',
      sdk: (client) => client.tags.create({ name: 'VIP' }),
      refuses: [404],
      body: TagRequest,
      response: CreatedTag,
    }),
    async ({ workspace, body }) => saveTag(workspace, body, targets),
  )

  app.get(
    '/tags/:id',
    op('findTag', {
      summary: 'Show a tag',
      sdk: (client) => client.tags.find({ tag_id: '1' }),
      params: ById,
      response: Tag,
    }),
    async ({ workspace, params }) => presentTag(found(await findTag(workspace, params.id))),
  )

  app.delete(
    '/tags/:id',
    op('deleteTag', { summary: 'Delete a tag', sdk: (client) => client.tags.delete({ tag_id: '1' }), params: ById }),
    async ({ workspace, params }) => {
      await removeTag(workspace, params.id, targets)
      return NOTHING
    },
  )
}

export default (targets: TagTargets): Resource => ({ group: 'Tags', routes: (app) => tags(app, targets) })
