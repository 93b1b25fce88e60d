// What a change of its tags means for a contact.
import type { Taggable } from '#resources/tags/attach.ts'
import type { TagRow } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitContact } from './emit.ts'
import { type ContactRow, touchContact } from './queries.ts'
import type { ContactTopic } from './topics.ts'

export const contactTags: Taggable<ContactRow> = {
  object_type: 'contact',
  attached: (workspace, { id, role }, tag) => tagsChanged(workspace, id, `contact.${role}.tag.created`, tag),
  detached: (workspace, { id, role }, tag) => tagsChanged(workspace, id, `contact.${role}.tag.deleted`, tag),
}

/** A change of tags is a change of the contact: lists and searches by `updated_at` find it. */
async function tagsChanged(workspace: Workspace, contact_id: string, topic: ContactTopic, tag: TagRow) {
  await touchContact(workspace, contact_id)
  await emitContact(workspace, topic, contact_id, { tag_id: tag.id })
}
