// Finds the recipients of a message by id, external id, email or phone number; each once.

import type { ChannelName } from '#channels/channel.ts'
import { invalid, notFound } from '#http/errors.ts'
import { e164 } from '#lib/phone.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { onlyOne } from '#resources/contacts/named.ts'
import { findContactsBy, lockIdentity } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Addressee } from './check.ts'
import { anyCreatedAfter } from './queries.ts'

export type ResolvedRecipient = { contact_id: string; recipient_type: 'to' | 'cc' | 'bcc' }

/**
 * Returns the contacts of the addressees. Ids are not checked here: the statement that accepts the message does that.
 * An unknown phone number becomes a lead, as if that person wrote first.
 */
export async function resolveRecipients(
  workspace: Workspace,
  addressees: Addressee[],
  message_type: ChannelName,
): Promise<ResolvedRecipient[]> {
  const numbers = addressees.map(({ phone }) => ({ phone: phone === undefined ? null : e164(phone) }))
  if (numbers.filter(({ phone }) => phone).length > 1) await lockIdentity(workspace, ...numbers)
  const recipients = new Map<string, ResolvedRecipient>()
  for (const addressee of addressees) {
    const contact_id = addressee.id ?? (await findAddressee(workspace, addressee, message_type))
    if (!recipients.has(contact_id))
      recipients.set(contact_id, { contact_id, recipient_type: addressee.recipient_type })
  }
  return [...recipients.values()]
}

/** Returns whether all addressees have an id, so that no contact has to be found or created first. */
export const allById = (addressees: Addressee[]): boolean => addressees.every(({ id }) => id !== undefined)

/**
 * Simulates Intercom's lag in a sandbox. @throws a 404 if a contact was created less than the lag ago. Phone numbers
 * are not checked, because they do not have to be contacts.
 */
export async function assertNotTooNew(workspace: Workspace, addressees: Addressee[]): Promise<void> {
  const since = new Date(workspace.now().getTime() - workspace.lags.message_lag_ms)
  if (await anyCreatedAfter(workspace, addressees.map(identifierOf), since)) throw notFound('User Not Found')
}

/** Returns only the identifier that is used to find the contact. */
const identifierOf = ({ id, user_id, email }: Addressee) =>
  id !== undefined ? { id } : user_id !== undefined ? { user_id } : { email }

async function findAddressee(workspace: Workspace, addressee: Addressee, message_type: ChannelName): Promise<string> {
  const { user_id, email, phone, recipient_type } = addressee
  if (user_id !== undefined) return onlyOne(await findContactsBy(workspace, 'external_id', user_id)).id
  if (email !== undefined) return onlyOne(await findContactsBy(workspace, 'email', email)).id
  if (phone === undefined) throw invalid(`${recipient_type} must have an id, user_id, email or phone`)
  if (message_type !== 'whatsapp')
    throw invalid(`${recipient_type}.phone is for whatsapp messages; name the contact by id`)
  return findOrCreateByPhone(workspace, addressee, phone)
}

async function findOrCreateByPhone(workspace: Workspace, { name, recipient_type }: Addressee, phone: string) {
  const number = e164(phone)
  if (!number) throw invalid(`${recipient_type}.phone is not a phone number with its country code`)
  return (await contactByPhone(workspace, number, name ?? null)).id
}
