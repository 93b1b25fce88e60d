// One email, from what we know of it to what the mail library is told: the envelope, the headers and both bodies.
import { domainToASCII } from 'node:url'
import type { SendMailOptions } from 'nodemailer'
import { toPlainText } from '#lib/html.ts'
import { type Layout, layouts, type Sender } from './layouts.ts'

export type Mailbox = { name: string; address: string }

/** One email to one recipient. Everything in it is text as people see it, except for `body`. */
export type OutgoingEmail = {
  delivery_id: string
  workspace_id: string
  /** The left part of the Message-ID, as in `message-19.ab12cd34`: the same on every attempt. */
  identity: string
  from: Mailbox
  /** Where mail servers say what became of it; the sender's own mailbox where null. */
  return_path: string | null
  reply_to: string | null
  /** Whom the headers name: the same for every recipient of a message. Who is in neither gets a blind copy. */
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
  /** Message-IDs of what this answers, with their angle brackets; the oldest first. */
  in_reply_to: string | null
  references: string[]
  date: Date
}

/** A mail as the library takes it. */
export type Mail = SendMailOptions & { messageId: string; text: string; html: string }

/** The same email always composes to the same mail, so that an attempt repeated is the same mail twice. */
export function compose(email: OutgoingEmail): Mail {
  const { from, to, cc, reply_to, in_reply_to, unsubscribe_url } = email
  return {
    envelope: { from: alone(email.return_path ?? from.address), to: alone(email.recipient) },
    from: mailbox(from),
    ...(reply_to && { replyTo: mailbox({ name: from.name, address: reply_to }) }),
    to: to.map(mailbox),
    cc: cc.map(mailbox),
    subject: breakable(oneLine(email.subject)),
    date: email.date,
    messageId: messageId(email),
    ...(in_reply_to && { inReplyTo: in_reply_to }),
    references: latest(email.references),
    ...(unsubscribe_url && unsubscribe(unsubscribe_url)),
    text: lines(text(email)),
    html: lines(layouts[email.layout](email)),
  }
}

/** The Message-ID of an email, by which replies and bounces find their way back to it. */
export function messageId({ identity, from }: Pick<OutgoingEmail, 'identity' | 'from'>): string {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  return `<${identity}@${domainToASCII(domain) || 'localhost'}>`
}

function text({ body, layout, sender, unsubscribe_url }: OutgoingEmail): string {
  const signature = layout === 'personal' ? ['-- ', sender.name, sender.workspace_name].filter((line) => line) : []
  return [
    toPlainText(body, { links: 'label (url)' }),
    ...(signature.length > 1 ? [signature.join('\n')] : []),
    ...(unsubscribe_url ? [`Unsubscribe: ${unsubscribe_url}`] : []),
  ].join('\n\n')
}

const unsubscribe = (url: string) => ({
  list: { unsubscribe: new URL(url).href },
  headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
})

// As an object: an address in a string would be parsed, and could turn out to be several.
const alone = (address: string): Mailbox => ({ name: '', address })

const mailbox = ({ name, address }: Mailbox): Mailbox => ({ name: oneLine(name).slice(0, 200), address })

// Line breaks and other controls have no place in a header; those that turn the reading direction serve to deceive.
const oneLine = (value: string) => value.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()

// A header folds at spaces only, and a line holds 998 bytes. What is not ASCII is encoded, in words that are short.
const breakable = (subject: string) => subject.replace(/[!-~]{900}(?=[!-~])/g, '$& ')

// A lone CR becomes a line break on its way, after the mail was signed.
const lines = (body: string) => body.replace(/\r\n?/g, '\n')

// RFC 5322 lets a long thread shrink to its first message and the latest, and mail servers limit the length of headers.
const latest = (ids: string[]) => (ids.length > 20 ? [ids[0]!, ...ids.slice(-19)] : ids)
