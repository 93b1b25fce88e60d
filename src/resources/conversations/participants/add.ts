// Adds a contact to a conversation, for an admin or for another participant.
import { found, notFound } from '#http/errors.ts'
import { isEmail } from '#lib/email.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { contactByEmail } from '#resources/contacts/create.ts'
import { findNamed, findSender, onlyOne } from '#resources/contacts/named.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NewPart } from '../parts/queries.ts'
import { lockConversation } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'
import { addParticipant, isParticipant } from './queries.ts'
import type { AttachRequest, CustomerName } from './requests.ts'

/**
 * Does nothing if the contact is a participant already. An email that no contact has becomes a lead.
 * @throws a 404 if there is no such conversation, contact or admin.
 */
export async function attachContact(
  workspace: Workspace,
  id: string,
  request: AttachRequest,
): Promise<NewParts & { contact: ContactRow }> {
  const conversation = found(await lockConversation(workspace, id))
  const author = await authorOf(workspace, conversation.id, request)
  const contact = await contactToAdd(workspace, request.customer)
  const result = { conversation_id: conversation.id, contact }
  if (!(await addParticipant(workspace, conversation.id, contact.id))) return { ...result, part_ids: [] }
  const outcome = outcomeOf(conversation, 'contact_joins', {})
  const part = { author, created_at: workspace.now() }
  const { part_id } = await record(workspace, conversation, outcome, part, { contact_id: contact.id })
  return { ...result, part_ids: [part_id] }
}

const asName = ({ intercom_user_id, user_id, email }: CustomerName) => ({ id: intercom_user_id, user_id, email })

async function contactToAdd(workspace: Workspace, customer: CustomerName): Promise<ContactRow> {
  const { intercom_user_id, user_id, email } = customer
  if (email === undefined || intercom_user_id !== undefined || user_id !== undefined)
    return findSender(workspace, asName(customer))
  const named = (await findNamed(workspace, { email })) ?? []
  if (named.length) return onlyOne(named)
  if (!isEmail(email)) throw notFound('User Not Found')
  return contactByEmail(workspace, email, null)
}

/** The participant who is named within the customer, else the admin; else the admin of the token. */
async function authorOf(
  workspace: Workspace,
  conversation_id: string,
  { admin_id, customer }: AttachRequest,
): Promise<NewPart['author']> {
  const admin = admin_id === undefined ? undefined : await theAdmin(workspace, admin_id)
  if (!customer.customer) return { type: 'admin', id: admin?.id ?? workspace.admin_id }
  const participant = await findSender(workspace, asName(customer.customer))
  if (!(await isParticipant(workspace, conversation_id, participant.id))) throw notFound('User Not Found')
  return { type: participant.role, id: participant.id }
}
