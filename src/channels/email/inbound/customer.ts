// Finds the customer behind a mail that one of us sent: through a contact form, or as a forward of the customer's mail.
import { domainOf } from '../addresses.ts'
import type { ForwardedMail, Mail, Mailbox } from './mail.ts'

/** `forwarded` is null for a contact form: its own text is what the customer wrote. */
export type Customer = { mailbox: Mailbox; forwarded: ForwardedMail | null }

/** The workspace that received the mail: the addresses that it sends mail from, and the email addresses of its admins. */
export type ReceivingWorkspace = {
  workspace_id: string
  reply_domain: string
  sending_addresses: string[]
  admin_addresses: string[]
}

/**
 * Returns undefined if `From` is the customer, which is the ordinary case. It counts only for a mail that begins a
 * conversation: `From` can be forged, and must not open a conversation that exists.
 */
export function customerOf(mail: Mail, receiver: ReceivingWorkspace): Customer | undefined {
  if (!mail.from) return undefined
  if (isAdmin(mail.from, receiver) && mail.forwarded) {
    const { from } = mail.forwarded
    if (!isOwnAddress(from, receiver) && !isAdmin(from, receiver)) return { mailbox: from, forwarded: mail.forwarded }
  }
  if (!isSendingAddress(mail.from, receiver)) return undefined
  const mailbox = mail.reply_to.find((one) => !isOwnAddress(one, receiver))
  return mailbox && { mailbox, forwarded: null }
}

const isAdmin = ({ address }: Mailbox, { admin_addresses }: ReceivingWorkspace): boolean =>
  admin_addresses.some((admin) => admin.toLowerCase() === address.toLowerCase())

const isSendingAddress = ({ address }: Mailbox, { sending_addresses }: ReceivingWorkspace): boolean =>
  sending_addresses.some((own) => own.toLowerCase() === address.toLowerCase())

const SIGNED = /^(reply|bounce)-[\da-f]+-[\da-f]+@/i

/** Whether the workspace sends from the address, or receives its mail. */
export const isOwnAddress = (mailbox: Mailbox, receiver: ReceivingWorkspace): boolean =>
  isSendingAddress(mailbox, receiver) ||
  SIGNED.test(mailbox.address) ||
  (receiver.reply_domain !== '' && domainOf(mailbox.address) === receiver.reply_domain)
