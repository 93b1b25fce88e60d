// Composes one email for the mail library: the envelope, the headers and both bodies.
import { domainToASCII } from 'node:url'
import type { SendMailOptions } from 'nodemailer'
import { plainTextOf } from '#threads/html.ts'
import { type Layout, layouts, type Sender } from './layouts.ts'

export type Mailbox = { name: string; address: string }

/** One email to one recipient. All texts are plain, except for `body`. */
export type OutgoingEmail = {
  delivery_id: string
  workspace_id: string
  /** The left part of the Message-ID, as in `message-19.ab12cd34.<signature>`: the same on every attempt. */
  identity: string
  from: Mailbox
  /** The address for bounces; null: the sender's own address. */
  return_path: string | null
  reply_to: string | null
  /**
   * The addresses in the headers, the same for every recipient of a message. A recipient in neither is a blind copy.
   */
  to: Mailbox[]
  cc: Mailbox[]
  /** The one address that this email goes to. */
  recipient: string
  subject: string
  /** HTML, sanitised. */
  body: string
  layout: Layout
  sender: Sender
  /** Unsubscribes on POST (one click, RFC 8058), and shows a page on GET. */
  unsubscribe_url: string | null
  /** Message-IDs of the mails that this answers, with their angle brackets; the oldest first. */
  in_reply_to: string | null
  references: string[]
  date: Date
}

/** A mail in the format of the library. */
export type Mail = SendMailOptions & { messageId: string; text: string; html: string }

/** The same email always composes to the same mail, so that a retry sends an identical mail. */
export async function compose(email: OutgoingEmail): Promise<Mail> {
  const html = lines(layouts[email.layout](email))
  return mailWith({ ...email, message_id: messageId(email) }, { text: lines(await text(email)), html })
}

/** What the envelope and the headers of a mail are made of. */
export type Headed = Pick<
  OutgoingEmail,
  | 'from'
  | 'return_path'
  | 'reply_to'
  | 'to'
  | 'cc'
  | 'recipient'
  | 'subject'
  | 'unsubscribe_url'
  | 'in_reply_to'
  | 'references'
  | 'date'
> & { message_id: string }

/** Returns the mail with both bodies. */
export function mailWith(headed: Headed, bodies: { text: string; html: string }): Mail {
  const { from, to, cc, reply_to, in_reply_to, unsubscribe_url } = headed
  return {
    envelope: { from: alone(headed.return_path ?? from.address), to: alone(headed.recipient) },
    from: mailbox(from),
    ...(reply_to && { replyTo: mailbox({ name: from.name, address: reply_to }) }),
    to: to.map(mailbox),
    cc: cc.map(mailbox),
    subject: breakable(oneLine(headed.subject)),
    date: headed.date,
    messageId: headed.message_id,
    ...(in_reply_to && { inReplyTo: in_reply_to }),
    references: latest(headed.references),
    ...(unsubscribe_url && unsubscribe(unsubscribe_url)),
    ...bodies,
  }
}

/** Returns the Message-ID of an email, which replies and bounces refer to. */
export function messageId({ identity, from }: Pick<OutgoingEmail, 'identity' | 'from'>): string {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  return `<${identity}@${domainToASCII(domain) || 'localhost'}>`
}

async function text({ body, layout, sender, unsubscribe_url }: OutgoingEmail): Promise<string> {
  const signature = layout === 'personal' ? ['-- ', sender.name, sender.workspace_name].filter((line) => line) : []
  return [
    await plainTextOf(body, { links: 'label (url)' }),
    ...(signature.length > 1 ? [signature.join('\n')] : []),
    ...(unsubscribe_url ? [`Unsubscribe: ${unsubscribe_url}`] : []),
  ].join('\n\n')
}

const unsubscribe = (url: string) => ({
  list: { unsubscribe: new URL(url).href },
  headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
})

// An object, because the library would parse a string, which could contain several addresses.
const alone = (address: string): Mailbox => ({ name: '', address })

const mailbox = ({ name, address }: Mailbox): Mailbox => ({ name: oneLine(name).slice(0, 200), address })

// Removes line breaks and other control characters, and those that change the reading direction, which can deceive.
const oneLine = (value: string) => value.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()

// A header folds only at spaces, and a line has at most 998 bytes. Text that is not ASCII is encoded in short words
// anyway.
const breakable = (subject: string) => subject.replace(/[!-~]{900}(?=[!-~])/g, '$& ')

// A lone CR would become a line break after the mail was signed, and break the signature.
const lines = (body: string) => body.replace(/\r\n?/g, '\n')

// RFC 5322 allows a long thread to keep only its first and latest ids, and mail servers limit the length of headers.
const latest = (ids: string[]) => (ids.length > 20 ? [ids[0]!, ...ids.slice(-19)] : ids)
