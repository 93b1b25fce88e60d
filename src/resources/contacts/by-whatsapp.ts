// The contact who writes on WhatsApp: found by a phone number, by a business-scoped user id, or by both.
import type { Workspace } from '#workspaces/workspace.ts'
import { contactByPhone, createLead } from './create.ts'
import { emitContact } from './emit.ts'
import { type ContactRow, findContactsBy, lockIdentity, updateContactRow } from './queries.ts'
import { findByWhatsAppUser, hasOtherWhatsAppUser, saveWhatsAppUser } from './whatsapp-queries.ts'

/** `number` in E.164; one of `number` and `user_id` is known. `phone_number_id`: the number of ours, as Meta names it. */
export type WhatsAppWriter = {
  number: string | null
  user_id: string | null
  username: string | null
  name: string | null
  phone_number_id: string
}

/**
 * Returns the contact; if there is none, a new lead, without a phone if the number is not known. Two messages at once get
 * the same lead.
 *
 * Meta vouches for number and user id together, so the first message with both connects them: the contact of the user id
 * gets the number, or the user id becomes that of the number's contact. They stay apart if the number's contact is known
 * as another user of the same business, because the number may have a new owner. A number that only a page of the messenger
 * said finds its contact as before, and connects nothing.
 */
export async function contactByWhatsApp(workspace: Workspace, writer: WhatsAppWriter): Promise<ContactRow> {
  const { number, user_id, username, phone_number_id, name } = writer
  if (user_id === null) return contactByPhone(workspace, number ?? '', name)
  await lockIdentity(workspace, { phone: number, whatsapp_user: user_id })
  const linked = await findByWhatsAppUser(workspace, user_id)
  const contact = await contactOf(workspace, { ...writer, user_id }, linked)
  const is_saved =
    linked?.id === contact.id &&
    linked.phone_number_id === phone_number_id &&
    (username === null || linked.username === username)
  const is_proven = linked?.id === contact.id || !contact.formatted_phone || contact.phone_trusted
  if (!is_saved && is_proven)
    await saveWhatsAppUser(workspace, { user_id, contact_id: contact.id, phone_number_id, username })
  return contact
}

type KnownWriter = WhatsAppWriter & { user_id: string }

async function contactOf(workspace: Workspace, writer: KnownWriter, linked: ContactRow | undefined) {
  const { number, name } = writer
  if (number === null) return linked ?? createLead(workspace, { name })
  const holders = await findContactsBy(workspace, 'formatted_phone', number)
  if (linked && holders.some(({ id }) => id === linked.id)) return linked
  const [holder] = holders
  if (!holder) return linked ? withNumber(workspace, linked, number) : contactByPhone(workspace, number, name)
  if (linked && !isOnlyWhatsApp(linked)) return linked
  const { user_id, phone_number_id } = writer
  const is_another = await hasOtherWhatsAppUser(workspace, { contact_id: holder.id, user_id, phone_number_id })
  if (!is_another) return holder
  return linked
    ? withNumber(workspace, linked, number)
    : createLead(workspace, { name, phone: number, formatted_phone: number })
}

/** Whether nothing is known of the contact but a user id. */
const isOnlyWhatsApp = ({ role, email, phone }: ContactRow): boolean => role === 'lead' && !email && !phone

async function withNumber(workspace: Workspace, contact: ContactRow, number: string): Promise<ContactRow> {
  if (contact.phone) return contact
  const changed = await updateContactRow(workspace, contact.id, {
    phone: number,
    formatted_phone: number,
    phone_trusted: true,
  })
  await emitContact(workspace, `contact.${contact.role}.updated`, contact.id)
  return changed
}
