// Removes a contact from a group conversation.
import { found, notFound, unprocessable } from '#http/errors.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { type ContactRow, findContact } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockConversation } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'
import { countParticipants, deleteParticipant, isParticipant } from './queries.ts'

/**
 * What the contact wrote stays; later answers no longer go to the contact.
 * @throws a 404 if there is no such conversation or participant, a 422 for the last one.
 */
export async function detachContact(
  workspace: Workspace,
  id: string,
  contact_id: string,
  admin_id: string,
): Promise<NewParts & { contact: ContactRow }> {
  const conversation = found(await lockConversation(workspace, id))
  const contact = found(await findContact(workspace, contact_id), 'User Not Found')
  if (!(await isParticipant(workspace, conversation.id, contact.id))) throw notFound('User Not Found')
  const admin = await theAdmin(workspace, admin_id)
  if ((await countParticipants(workspace, conversation.id)) < 2)
    throw unprocessable('parameter_invalid', 'Removing the last customer is not allowed')
  await deleteParticipant(workspace, conversation.id, contact.id)
  const outcome = outcomeOf(conversation, 'contact_leaves', {})
  const part = { author: { type: 'admin', id: admin.id } as const, created_at: workspace.now() }
  const { part_id } = await record(workspace, conversation, outcome, part, { contact_id: contact.id })
  return { conversation_id: conversation.id, part_ids: [part_id], contact }
}
