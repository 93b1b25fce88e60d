// Who a message goes to: contacts by id, external id, email or phone number; each once.

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
 * The contacts behind the addressees. Ids are taken at their word: the statement that accepts the message finds out
 * whether they are true. A phone number that nobody has becomes a lead, as it would if that person wrote first.
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

/** Whether every addressee is given by id, so that nothing has to be looked up or made first. */
export const allById = (addressees: Addressee[]): boolean => addressees.every(({ id }) => id !== undefined)

/**
 * Intercom's own lag, where a sandbox asks for it: to messages a contact who was created a moment ago is not there yet.
 * A phone number is no contact, so that it can always be written to.
 */
export async function assertKnownByNow(workspace: Workspace, addressees: Addressee[]): Promise<void> {
  const since = new Date(workspace.now().getTime() - workspace.lags.message_lag_ms)
  if (await anyCreatedAfter(workspace, addressees.map(named), since)) throw notFound('User Not Found')
}

/** By what an addressee is found, and by nothing else that is said. */
const named = ({ id, user_id, email }: Addressee) =>
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
