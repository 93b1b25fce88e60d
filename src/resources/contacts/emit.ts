// Writes an event of a live contact.
import type { Workspace } from '#workspaces/workspace.ts'
import { findWholeContact } from './queries.ts'
import { presentContact } from './schema.ts'
import { type ContactTopic, contactEvents } from './topics.ts'

export const emitContact = (workspace: Workspace, topic: ContactTopic, id: string, details: object = {}) =>
  contactEvents.emit(workspace, {
    topic,
    object_id: id,
    details,
    async snapshot() {
      const contact = await findWholeContact(workspace, id)
      return contact && presentContact(contact)
    },
  })
