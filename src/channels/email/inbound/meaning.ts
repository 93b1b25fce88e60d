// Classifies a received mail: a report about our mail, automatic mail, or a message of a person.
import { type MailRef, readMessageId, readSignedAddress } from '../addresses.ts'
import { type AutomaticReason, automaticReason } from './automatic.ts'
import { readBounce } from './bounces.ts'
import { type Customer, customerOf, isOwnAddress, type ReceivingWorkspace } from './customer.ts'
import { type Contents, type Mail, type Mailbox, RefusedMail } from './mail.ts'
import { type MailReport, readReports } from './reports.ts'

/** `return_path` is empty for mail that must not be answered, and null if it is not known. */
export type Envelope = { return_path: string | null; recipients: string[] }

/** The metadata of a mail in Intercom's format. */
export type EmailMessageMetadata = {
  subject: string
  email_address_headers: { type: 'from' | 'to' | 'cc' | 'reply_to'; name: string | null; email_address: string }[]
  message_id: string | null
  /** Safe HTML: quotes, forwarded mail, the signature. */
  history?: string
}

/** A Message-ID, and our mail that it names, if any, signed or not: older releases signed none. */
export type Answered = { message_id: string; ours: MailRef | null }

export type InboundMessage = {
  from: Mailbox
  /** Whom the mail is from if it begins a conversation, and one of us sent it for them. */
  customer: Customer | null
  subject: string
  recipients: { type: 'to' | 'cc'; email: string; drop_reason: null }[]
  metadata: EmailMessageMetadata
  contents: Contents
  /** The delivery whose reply address it was sent to. Only people who have our mail know that address. */
  delivery_id: string | null
  /** The mails that it answers according to its headers, the nearest first. */
  answers: Answered[]
}

/** A message whose sender may be unknown. */
export type MessageOfAnyone = Omit<InboundMessage, 'from'> & { from: Mailbox | null }

export type Meaning =
  /** `delivery_id`: the delivery whose signed bounce address it was sent to. */
  | { kind: 'report'; reports: MailReport[]; delivery_id: string | null }
  | { kind: 'automatic'; why: AutomaticReason }
  | ({ kind: 'message' } & InboundMessage)

/** A message that does not say whom it is from. */
export class NoSender extends RefusedMail {}

type Receiver = ReceivingWorkspace & { secret: string }

/** @throws NoSender if a message has no sender. */
export function meaningOf(mail: Mail, envelope: Envelope, receiver: Receiver): Meaning {
  const addressed = addressedDelivery(mail, envelope, receiver)
  const delivery_id = addressed?.kind === 'bounce' ? addressed.delivery_id : null
  const reports = readReports(mail, receiver)
  const bounce = !reports?.length && delivery_id !== null && readBounce(mail, envelope.return_path, receiver)
  if (bounce) return { kind: 'report', reports: bounce, delivery_id }
  if (reports) return { kind: 'report', reports, delivery_id }
  const why = automaticReason(mail, envelope.return_path, receiver)
  if (why) return { kind: 'automatic', why }
  if (!mail.from) throw new NoSender('The message does not say whom it is from')
  const message = messageOf(mail, envelope, receiver)
  // A contact form begins conversations. A mail of ours in one that exists would be a loop.
  if (message.delivery_id !== null && isOwnAddress(mail.from, receiver)) return { kind: 'automatic', why: 'our_own' }
  return { kind: 'message', ...message, from: mail.from }
}

/** Returns the mail as a message, whatever wrote it. */
export function messageOf(mail: Mail, envelope: Envelope, receiver: Receiver): MessageOfAnyone {
  return {
    from: mail.from,
    customer: customerOf(mail, receiver) ?? null,
    subject: mail.subject,
    recipients: [...mail.to.map(recipient('to')), ...mail.cc.map(recipient('cc'))],
    metadata: metadataOf(mail, mail.from),
    contents: mail.contents,
    delivery_id: addressedDelivery(mail, envelope, receiver)?.delivery_id ?? null,
    answers: mail.answers.map((message_id) => ({ message_id, ours: ours(message_id, receiver) })),
  }
}

function ours(message_id: string, { workspace_id, secret }: Receiver): MailRef | null {
  const named = readMessageId(message_id, secret)
  return named?.workspace_id === workspace_id ? { kind: named.kind, id: named.id, workspace_id } : null
}

/** Finds our signed address: first in the envelope, which is reliable, then in the headers. */
function addressedDelivery({ to, cc }: Mail, { recipients }: Envelope, { secret, workspace_id }: Receiver) {
  for (const address of [...recipients, ...[...to, ...cc].map(({ address }) => address)]) {
    const named = readSignedAddress(address, secret)
    if (named?.workspace_id === workspace_id) return named
  }
  return null
}

const recipient =
  (type: 'to' | 'cc') =>
  ({ address }: Mailbox) => ({ type, email: address, drop_reason: null })

function metadataOf({ subject, message_id, to, cc, reply_to }: Mail, from: Mailbox | null): EmailMessageMetadata {
  const headers = { from: from ? [from] : [], to, cc, reply_to }
  return {
    subject,
    email_address_headers: Object.entries(headers).flatMap(([type, mailboxes]) =>
      mailboxes.map(({ name, address }) => ({ type: type as 'from', name, email_address: address })),
    ),
    message_id,
  }
}
