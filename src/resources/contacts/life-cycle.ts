// Archives a contact, brings it back, deletes it. Whoever is archived or deleted keeps email and external id from others.
import { emit } from '#events/emit.ts'
import { badRequest, found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ContactRow, lockContact, updateContactRow } from './queries.ts'

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

/** There is no way back. An archived contact can be deleted, too. */
export async function deleteContact(workspace: Workspace, id: string): Promise<ContactRow> {
  const contact = await lockPresent(workspace, id)
  return move(workspace, contact, { deleted_at: workspace.now() }, 'contact.deleted')
}

async function lockPresent(workspace: Workspace, id: string): Promise<ContactRow> {
  const contact = await lockContact(workspace, id)
  return found(contact && !contact.deleted_at && !contact.merged_into ? contact : undefined, 'User Not Found')
}

async function move(
  workspace: Workspace,
  { id }: ContactRow,
  changes: Partial<Pick<ContactRow, 'archived_at' | 'deleted_at'>>,
  topic: 'contact.archived' | 'contact.unarchive' | 'contact.deleted',
): Promise<ContactRow> {
  const moved = await updateContactRow(workspace, id, changes)
  await emit(workspace, topic, id, { external_id: moved.external_id })
  return moved
}
