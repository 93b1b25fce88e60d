// A mail that came in, read as far as it can be read: from the bytes on the wire to plain data.
import { createHash } from 'node:crypto'
import type { AddressObject, ParsedMail } from 'mailparser'
import { extension } from 'mime-types'
import { isEmail } from '#lib/email.ts'
import { storable } from '#lib/text.ts'
import { mended } from './repair-headers.ts'

export type Mailbox = { name: string | null; address: string }

export type MailFile = {
  name: string
  content_type: string
  data: Buffer
  /** What the HTML calls it by, as in `<img src="cid:logo">`. */
  cid: string | null
}

export type Mail = {
  /** What it is known by: its Message-ID, or a hash of its bytes where it has none. */
  id: string
  /** With its angle brackets; null where it has none. */
  message_id: string | null
  /** What it answers: first what In-Reply-To names, then the References, the latest first. */
  answers: string[]
  from: Mailbox | null
  reply_to: Mailbox[]
  to: Mailbox[]
  cc: Mailbox[]
  subject: string
  text: string | null
  html: string | null
  files: MailFile[]
  /** By lower-case name, unfolded, as often as each occurs. */
  headers: ReadonlyMap<string, string[]>
}

/** A mail that is refused for good; the message is one sentence for its sender. */
export class RefusedMail extends Error {
  readonly is_too_large: boolean

  constructor(message: string, { is_too_large = false } = {}) {
    super(message)
    this.is_too_large = is_too_large
  }
}

/** 25 MB, as the large mail hosts have it. */
export const MAIL_LIMIT = 25 * 1024 * 1024
const MOST_FILES = 100
const MOST_PARTS = 1_000
const LARGEST_HEAD = 1024 * 1024
const MOST_ADDRESSES = 100
const MOST_ANSWERED = 50
/** More of either is no letter; it is kept as a file. In characters. */
const LONGEST_TEXT = 250_000
const LONGEST_HTML = 1_000_000

/**
 * Reads RFC 5322 and MIME with all that mailers make of them; what is malformed is read as far as it goes.
 * @throws RefusedMail where it is larger than `MAIL_LIMIT`, or has more parts or files than any letter.
 */
export async function readMail(raw: Buffer): Promise<Mail> {
  if (raw.length > MAIL_LIMIT) throw tooLarge(`The message is larger than ${MAIL_LIMIT} bytes`)
  const { simpleParser } = await import('mailparser') // With its tables of charsets, which most servers do not need at once.
  const parsed = await simpleParser(mended(raw), READING).catch((error: Error) => {
    throw tooLarge(`The message cannot be read: ${error.message}`)
  })
  return mailOf(parsed, raw)
}

const READING = {
  skipHtmlToText: true,
  skipTextLinks: true,
  keepCidLinks: true,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false as const,
  maxHeadSize: LARGEST_HEAD,
  maxChildNodes: MOST_PARTS,
}

const tooLarge = (message: string) => new RefusedMail(message, { is_too_large: true })

function mailOf(parsed: ParsedMail, raw: Buffer): Mail {
  const headers = headersOf(parsed)
  const files = parsed.attachments.map(fileOf).filter(({ data }) => data.length)
  if (files.length > MOST_FILES) throw tooLarge(`The message has more than ${MOST_FILES} files`)
  const html = storable(parsed.html || '')
  const text = storable(parsed.text ?? '')
  const readable = text || (html.length > LONGEST_HTML ? withoutTags(html) : '')
  const named = (name: string) => (headers.get(name) ?? []).flatMap(messageIds)
  const message_id = named('message-id')[0] ?? null
  return {
    id: message_id ?? `sha256:${createHash('sha256').update(raw).digest('hex')}`,
    message_id,
    answers: [...new Set([...named('in-reply-to'), ...named('references').toReversed()])].slice(0, MOST_ANSWERED),
    from: mailboxes(parsed.from)[0] ?? mailboxes(parsed.headers.get('sender'))[0] ?? null,
    reply_to: mailboxes(parsed.replyTo),
    to: mailboxes(parsed.to),
    cc: mailboxes(parsed.cc),
    subject: storable(parsed.subject ?? '')
      .replace(/\s+/g, ' ')
      .slice(0, 998),
    text: readable.trim() ? readable.slice(0, LONGEST_TEXT) : null,
    html: html.trim() && html.length <= LONGEST_HTML ? html : null,
    files: [
      ...files,
      ...(text.length > LONGEST_TEXT ? [written('message.txt', 'text/plain', text)] : []),
      ...(html.length > LONGEST_HTML ? [written('message.html', 'text/html', html)] : []),
    ],
    headers,
  }
}

/** What can be had of HTML that is too long to be taken apart. */
export const withoutTags = (html: string): string => html.slice(0, LONGEST_HTML).replace(/<[^<>]*>/g, ' ')

const written = (name: string, content_type: string, text: string): MailFile => ({
  ...{ name, content_type, cid: null },
  data: Buffer.from(text),
})

function headersOf({ headerLines }: ParsedMail): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (const { key, line } of headerLines) {
    const value = storable(line.slice(line.indexOf(':') + 1))
      .replace(/\s+/g, ' ')
      .trim()
    const known = headers.get(key)
    if (known) known.push(value)
    else headers.set(key, [value])
  }
  return headers
}

/** Some are so long that no index takes them: they name nothing that we have sent. */
const messageIds = (header: string): string[] => header.match(/<[^<>\s]{1,500}>/g) ?? []

/** Those that can be written to; the rest is decoration. */
function mailboxes(header: unknown): Mailbox[] {
  const values = [header].flat().flatMap((object) => (object as AddressObject | undefined)?.value ?? [])
  return values
    .flatMap(({ group, ...one }) => group ?? [one])
    .map(({ name, address = '' }) => ({
      name: storable(name).trim().slice(0, 255) || null,
      address: storable(address).trim(),
    }))
    .filter(({ address }) => isEmail(address))
    .slice(0, MOST_ADDRESSES)
}

const fileOf = (
  { filename, contentType, content, cid }: ParsedMail['attachments'][number],
  index: number,
): MailFile => ({
  name:
    storable(filename ?? '')
      .trim()
      .slice(0, 255) || nameFor(contentType, index),
  content_type: contentType.toLowerCase(),
  data: content,
  cid: cid ? storable(cid) : null,
})

function nameFor(content_type: string, index: number): string {
  if (content_type === 'message/rfc822') return 'message.eml'
  if (content_type === 'text/calendar') return 'invite.ics'
  return `${content_type.split('/')[0] || 'file'}-${index + 1}.${extension(content_type) || 'bin'}`
}
