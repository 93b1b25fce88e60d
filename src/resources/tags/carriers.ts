// What carries tags so far, and what each kind of object does when a tag comes or goes.
import { emit } from '#events/emit.ts'
import type { Topic } from '#events/topics.ts'
import { found } from '#http/errors.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { type ContactRow, findContact, touchContact } from '#resources/contacts/queries.ts'
import { type ConversationRow, findConversation, findNewestPartId } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attachTag, type TagRow } from './queries.ts'
import type { Taggable } from './taggable.ts'

export const contacts: Taggable<ContactRow> = {
  name: 'Contact',
  path: '/contacts',
  object_type: 'contact',
  find: async (workspace, id) => found(await findContact(workspace, id), 'User Not Found'),
  attached: (workspace, { id, role }, tag) => tellOfContact(workspace, id, `contact.${role}.tag.created`, tag),
  detached: (workspace, { id, role }, tag) => tellOfContact(workspace, id, `contact.${role}.tag.deleted`, tag),
}

export const conversations: Taggable<ConversationRow> = {
  name: 'Conversation',
  path: '/conversations',
  object_type: 'conversation',
  tag_not_found: ['Tag not found', 'tag_not_found'],
  find: async (workspace, id) => found(await findConversation(workspace, id), 'Conversation not found'),
  admin: async (workspace, id) => found(await findAdmin(workspace, id), 'Admin not found', 'admin_not_found'),
  /** The tag also marks the newest part, which is what the event is about. */
  async attached(workspace, { id }, tag) {
    const part_id = await findNewestPartId(workspace, id)
    if (part_id)
      await attachTag(workspace, tag, { object_type: 'conversation_part', object_id: part_id }, workspace.admin_id)
    await emit(workspace, 'conversation_part.tag.created', id, { tag_id: tag.id, part_id })
  },
  async detached() {},
}

/** Who follows contacts by the time of their last change hears of tags, too. */
async function tellOfContact(workspace: Workspace, contact_id: string, topic: Topic, tag: TagRow) {
  await touchContact(workspace, contact_id)
  await emit(workspace, topic, contact_id, { tag_id: tag.id })
}
