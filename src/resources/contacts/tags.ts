// Tags on contacts: attached and detached one by one, and by POST /tags.

import { Type } from 'typebox'
import { found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { attachTag, detachTag } from '#resources/tags/attach.ts'
import { findTag, listTagsOf } from '#resources/tags/queries.ts'
import { skipUnknown, type TagTargets } from '#resources/tags/save.ts'
import { AppliedTag, AppliedTagList, presentAppliedTag, TagReference } from '#resources/tags/schema.ts'
import type { Resource } from '#server.ts'
import { heldContact, holdContact } from './hold-queries.ts'
import { findNamed } from './named.ts'
import { theContact } from './queries.ts'
import { contactTags } from './taggable.ts'

const ByContact = Type.Object({ contact_id: Type.String() })
const ByContactAndTag = Type.Object({ contact_id: Type.String(), id: Type.String() })

function routes(app: App) {
  app.get(
    '/contacts/:contact_id/tags',
    op('listTagsForAContact', {
      summary: 'List the tags of a contact',
      sdk: (client) => client.contacts.listAttachedTags({ contact_id: '6b078829306d5537cf33eba8' }),
      params: ByContact,
      response: AppliedTagList,
    }),
    async ({ workspace, params }) => {
      const { id } = await theContact(workspace, params.contact_id)
      const tags = await listTagsOf(workspace, { object_type: 'contact', object_id: id })
      return { type: 'list' as const, data: tags.map(presentAppliedTag) }
    },
  )

  app.post(
    '/contacts/:contact_id/tags',
    op('attachTagToContact', {
      summary: 'Tag a contact',
      sdk: (client) => client.tags.tagContact({ contact_id: '6b078829306d5537cf33eba8', id: '1' }),
      params: ByContact,
      body: TagReference,
      response: AppliedTag,
    }),
    async ({ workspace, params, body }) => {
      const contact = await heldContact(workspace, params.contact_id)
      const tag = found(await findTag(workspace, body.id))
      return presentAppliedTag(await attachTag(workspace, contactTags, contact, tag, workspace.admin_id))
    },
  )

  app.delete(
    '/contacts/:contact_id/tags/:id',
    op('detachTagFromContact', {
      summary: 'Remove a tag from a contact',
      sdk: (client) => client.tags.untagContact({ contact_id: '6b078829306d5537cf33eba8', tag_id: '1' }),
      params: ByContactAndTag,
      response: AppliedTag,
    }),
    async ({ workspace, params }) => {
      const contact = await heldContact(workspace, params.contact_id)
      const tag = found(await findTag(workspace, params.id))
      return presentAppliedTag(await detachTag(workspace, contactTags, contact, tag))
    },
  )
}

/** `users` of POST /tags. */
export const tagUsers: TagTargets['users'] = async (workspace, tag, users) => {
  const tagged: { id: string; tagged: boolean }[] = []
  for (const user of users) {
    const named = await findNamed(workspace, user)
    if (!named) throw invalid('invalid tag parameters')
    const contact = named[0] && (await holdContact(workspace, named[0].id))
    if (!contact) {
      skipUnknown(workspace, 'User Not Found', 'not_found')
      continue
    }
    if (user.untag) await detachTag(workspace, contactTags, contact, tag)
    else await attachTag(workspace, contactTags, contact, tag, workspace.admin_id)
    tagged.push({ id: contact.id, tagged: !user.untag })
  }
  return tagged
}

export default { group: 'Tags', routes } satisfies Resource
