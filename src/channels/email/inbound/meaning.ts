// What a mail that came in means: a report on mail of ours, something that a program wrote, or a letter and whose.
import { deliveryNamedBy, mailNamedBy, type NamedMail } from '../addresses.ts'
import { type Automatic, automatic, type Receiver } from './automatic.ts'
import { type Contents, contentsOf } from './contents.ts'
import { type Mail, type Mailbox, RefusedMail } from './mail.ts'
import { reportIn, type Word } from './reports.ts'

/** `return_path` is empty for what must not be answered, and null where the way in does not tell it. */
export type Envelope = { return_path: string | null; recipients: string[] }

/** Beside what is shown of the mail, as Intercom has it. */
export type EmailMessageMetadata = {
  subject: string
  email_address_headers: { type: 'from' | 'to' | 'cc' | 'reply_to'; name: string | null; email_address: string }[]
  message_id: string | null
  /** HTML that is safe to show: quotes, what was passed on, the signature. */
  history?: string
}

/** A Message-ID, and the mail of ours that it names, if it does. */
export type Answered = { message_id: string; ours: NamedMail | null }

export type Letter = {
  from: Mailbox
  subject: string
  recipients: { type: 'to' | 'cc'; email: string; drop_reason: null }[]
  metadata: EmailMessageMetadata
  contents: Contents
  /** Our delivery whose reply address it went to. Only whoever has got that mail, or was given it, knows the address. */
  delivery_id: string | null
  /** What it answers by its headers, the nearest first. */
  answers: Answered[]
}

export type Meaning =
  | { kind: 'report'; words: Word[]; delivery_id: string | null }
  | { kind: 'automatic'; why: Automatic }
  | ({ kind: 'letter' } & Letter)

/** @throws RefusedMail where a letter names nobody who wrote it. */
export function meaningOf(mail: Mail, envelope: Envelope, receiver: Receiver & { secret: string }): Meaning {
  const { secret, workspace_id } = receiver
  const delivery_id = namedDelivery(mail, envelope, receiver)
  const words = reportIn(mail, secret)
  if (words) return { kind: 'report', words, delivery_id }
  const why = automatic(mail, envelope.return_path, receiver)
  if (why) return { kind: 'automatic', why }
  if (!mail.from) throw new RefusedMail('The message does not say whom it is from')
  return {
    kind: 'letter',
    from: mail.from,
    subject: mail.subject,
    recipients: [...mail.to.map(recipient('to')), ...mail.cc.map(recipient('cc'))],
    metadata: metadataOf(mail, mail.from),
    contents: contentsOf(mail),
    delivery_id,
    answers: mail.answers.map((message_id) => ({ message_id, ours: ours(message_id, workspace_id) })),
  }
}

function ours(message_id: string, workspace_id: string): NamedMail | null {
  const named = mailNamedBy(message_id)
  return named?.workspace_id === workspace_id ? named : null
}

/** The envelope tells for certain; where it is not known, the headers do. */
function namedDelivery(
  { to, cc }: Mail,
  { recipients }: Envelope,
  { secret, workspace_id }: Receiver & { secret: string },
) {
  for (const address of [...recipients, ...[...to, ...cc].map(({ address }) => address)]) {
    const named = deliveryNamedBy(address, secret)
    if (named?.workspace_id === workspace_id) return named.delivery_id
  }
  return null
}

const recipient =
  (type: 'to' | 'cc') =>
  ({ address }: Mailbox) => ({ type, email: address, drop_reason: null })

function metadataOf({ subject, message_id, to, cc, reply_to }: Mail, from: Mailbox): EmailMessageMetadata {
  const headers = { from: [from], to, cc, reply_to }
  return {
    subject,
    email_address_headers: Object.entries(headers).flatMap(([type, mailboxes]) =>
      mailboxes.map(({ name, address }) => ({ type: type as 'from', name, email_address: address })),
    ),
    message_id,
  }
}
