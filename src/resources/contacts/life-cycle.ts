// Archives, unarchives and deletes contacts. Archived and deleted contacts keep their email and external id reserved.
import { badRequest, found } from '#http/errors.ts'
import { changeUserCounts } from '#resources/companies/contact-queries.ts'
import { deleteReferences } from '#resources/custom-object-instances/references/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertActivity, ofContact } from './activities-queries.ts'
import { emitContact } from './emit.ts'
import { type ContactRow, lockContact, updateContactRow } from './queries.ts'
import { presentContactReference } from './schema.ts'
import { contactEvents } from './topics.ts'

export async function archiveContact(workspace: Workspace, id: string): Promise<ContactRow> {
  const contact = await lockPresent(workspace, id)
  if (contact.archived_at) return contact
  return move(workspace, contact, { archived_at: workspace.now() }, 'contact.archived')
}

export async function unarchiveContact(workspace: Workspace, id: string): Promise<ContactRow> {
  const contact = found(await lockContact(workspace, id), 'User Not Found')
  if (contact.merged_into) throw badRequest('bad_request', 'User has been merged and is not restorable.')
  if (contact.deleted_at) {
    throw badRequest('not_restorable', 'User has been marked for permanent deletion and is not restorable')
  }
  if (!contact.archived_at) return contact
  return move(workspace, contact, { archived_at: null }, 'contact.unarchive')
}

/** Cannot be undone. Archived contacts can be deleted too. */
export async function deleteContact(workspace: Workspace, id: string): Promise<ContactRow> {
  const contact = await lockPresent(workspace, id)
  await insertActivity(workspace, { event_type: 'contact.deleted', ...ofContact(contact) })
  await deleteReferences(workspace, ['contact'], workspace.sql`${contact.id}::text`)
  return move(workspace, contact, { deleted_at: workspace.now() }, 'contact.deleted')
}

async function lockPresent(workspace: Workspace, id: string): Promise<ContactRow> {
  const contact = await lockContact(workspace, id)
  return found(contact && !contact.deleted_at && !contact.merged_into ? contact : undefined, 'User Not Found')
}

type Move = 'contact.archived' | 'contact.unarchive' | 'contact.deleted'

/** What the snapshot has besides a reference to the contact; after an unarchiving it is the whole contact. */
const MARKS: Partial<Record<Move, object>> = {
  'contact.archived': { archived: true },
  'contact.deleted': { deleted: true },
}

async function move(
  workspace: Workspace,
  { id, is_live }: ContactRow,
  changes: Partial<Pick<ContactRow, 'archived_at' | 'deleted_at'>>,
  topic: Move,
): Promise<ContactRow> {
  const moved = await updateContactRow(workspace, id, changes)
  if (moved.is_live !== is_live) await changeUserCounts(workspace, id, moved.is_live ? 1 : -1)
  const details = { external_id: moved.external_id }
  if (!MARKS[topic]) await emitContact(workspace, topic, id, details)
  else
    await contactEvents.emit(workspace, {
      ...{ topic, object_id: id, details },
      snapshot: () => ({ ...presentContactReference(moved), ...MARKS[topic] }),
    })
  return moved
}
