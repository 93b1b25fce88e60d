// A contact creates a ticket in a messenger.
import { found } from '#http/errors.ts'
import type { AttachFiles } from '#resources/attachments/attribute-files.ts'
import { markReplied } from '#resources/contacts/activity-queries.ts'
import { assertNotBlocked } from '#resources/conversations/start/from-contact.ts'
import { readValues } from '#resources/ticket-types/attributes/values.ts'
import { findTicketType, listTicketTypes, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { storable } from '#resources/tickets/attributes.ts'
import { insert } from '#resources/tickets/create.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { writerOf } from '../conversations/write.ts'
import type { Visitor } from '../sessions/recognize.ts'
import type { MessengerTicketRequest } from './schema.ts'

/** Contacts create tickets of the types for customers that are not internal. */
const isForContacts = ({ category, is_internal, archived }: TicketTypeRow): boolean =>
  category === 'Customer' && !is_internal && !archived

export const listTypesForContacts = async (workspace: Workspace): Promise<TicketTypeRow[]> =>
  (await listTicketTypes(workspace)).filter(isForContacts)

/**
 * A visitor becomes a lead. Returns the ids of the contact and of the ticket.
 * @throws a 404 for a type that contacts cannot use, a 400 for wrong attributes, a 403 for a blocked contact
 */
export async function createAsContact(
  workspace: Workspace,
  visitor: Visitor,
  { ticket_type_id, ticket_attributes = {}, url = null }: MessengerTicketRequest,
  attachFiles: AttachFiles,
): Promise<{ contact_id: string; id: string }> {
  const found_type = await findTicketType(workspace, ticket_type_id)
  const type = found(found_type && isForContacts(found_type) ? found_type : undefined, 'Ticket type not found')
  const values = readValues(type, ticket_attributes, { by: 'contact', is_create: true })
  const contact = await writerOf(workspace, visitor)
  assertNotBlocked(contact)
  const created_at = workspace.now()
  const ticket = await insert(workspace, {
    ...{ type, contact, created_at, company_id: null, is_told: false, by_contact: { url } },
    ticket_attributes: await storable(type, values, attachFiles),
  })
  await markReplied(workspace, contact, created_at, 'inapp')
  return { contact_id: contact.id, id: ticket.id }
}
