// Parses a received mail from its bytes to plain data, as far as it can be parsed.
import { createHash } from 'node:crypto'
import type { AddressObject, ParsedMail } from 'mailparser'
import { extension } from 'mime-types'
import { isEmail } from '#lib/email.ts'
import { storable } from '#lib/text.ts'
import { repairHeaders } from './repair-headers.ts'

export type Mailbox = { name: string | null; address: string }

export type MailFile = {
  name: string
  content_type: string
  data: Buffer
  /** Its name in the HTML, as in `<img src="cid:logo">`. */
  cid: string | null
}

export type Mail = {
  /** Its Message-ID, or a hash of its bytes if it has none. */
  id: string
  /** With its angle brackets; null if it has none. */
  message_id: string | null
  /** The Message-IDs that it answers: first those of In-Reply-To, then the References, the latest first. */
  answers: string[]
  from: Mailbox | null
  reply_to: Mailbox[]
  to: Mailbox[]
  cc: Mailbox[]
  subject: string
  text: string | null
  html: string | null
  files: MailFile[]
  /** All values of each header, by lower-case name, unfolded. */
  headers: ReadonlyMap<string, string[]>
}

/** A permanent refusal of a mail; the message is one sentence for its sender. */
export class RefusedMail extends Error {
  readonly is_too_large: boolean

  constructor(message: string, { is_too_large = false } = {}) {
    super(message)
    this.is_too_large = is_too_large
  }
}

/** 25 MB, the limit of the large mail providers. */
export const MAIL_LIMIT = 25 * 1024 * 1024
const MAX_FILES = 100
const MAX_PARTS = 1_000
const MAX_HEAD_BYTES = 1024 * 1024
const MAX_ADDRESSES = 100
const MAX_ANSWERS = 50
/** In characters. A longer text is stored as a file. */
const MAX_TEXT = 250_000
const MAX_HTML = 1_000_000

/**
 * Parses RFC 5322 and MIME, and malformed mail as far as possible.
 * @throws RefusedMail if the mail is larger than `MAIL_LIMIT`, or has too many parts or files.
 */
export async function readMail(raw: Buffer): Promise<Mail> {
  if (raw.length > MAIL_LIMIT) throw tooLarge(`The message is larger than ${MAIL_LIMIT} bytes`)
  const { simpleParser } = await import('mailparser') // It loads charset tables, which most servers do not need at once.
  const parsed = await simpleParser(repairHeaders(raw), PARSING).catch((error: Error) => {
    throw tooLarge(`The message cannot be read: ${error.message}`)
  })
  return mailOf(parsed, raw)
}

const PARSING = {
  skipHtmlToText: true,
  skipTextLinks: true,
  keepCidLinks: true,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false as const,
  maxHeadSize: MAX_HEAD_BYTES,
  maxChildNodes: MAX_PARTS,
}

const tooLarge = (message: string) => new RefusedMail(message, { is_too_large: true })

function mailOf(parsed: ParsedMail, raw: Buffer): Mail {
  const headers = headersOf(parsed)
  const files = parsed.attachments.map(fileOf).filter(({ data }) => data.length)
  if (files.length > MAX_FILES) throw tooLarge(`The message has more than ${MAX_FILES} files`)
  const html = storable(parsed.html || '')
  const text = storable(parsed.text ?? '')
  const readable = text || (html.length > MAX_HTML ? withoutTags(html) : '')
  const named = (name: string) => (headers.get(name) ?? []).flatMap(messageIds)
  const message_id = named('message-id')[0] ?? null
  return {
    id: message_id ?? `sha256:${createHash('sha256').update(raw).digest('hex')}`,
    message_id,
    answers: [...new Set([...named('in-reply-to'), ...named('references').toReversed()])].slice(0, MAX_ANSWERS),
    from: mailboxes(parsed.from)[0] ?? mailboxes(parsed.headers.get('sender'))[0] ?? null,
    reply_to: mailboxes(parsed.replyTo),
    to: mailboxes(parsed.to),
    cc: mailboxes(parsed.cc),
    subject: storable(parsed.subject ?? '')
      .replace(/\s+/g, ' ')
      .slice(0, 998),
    text: readable.trim() ? readable.slice(0, MAX_TEXT) : null,
    html: html.trim() && html.length <= MAX_HTML ? html : null,
    files: [
      ...files,
      ...(text.length > MAX_TEXT ? [written('message.txt', 'text/plain', text)] : []),
      ...(html.length > MAX_HTML ? [written('message.html', 'text/html', html)] : []),
    ],
    headers,
  }
}

/** Returns the text of HTML that is too long to parse. */
export const withoutTags = (html: string): string => html.slice(0, MAX_HTML).replace(/<[^<>]*>/g, ' ')

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

/** Skips ids that are too long for an index; they are never ours. */
const messageIds = (header: string): string[] => header.match(/<[^<>\s]{1,500}>/g) ?? []

/** Returns the mailboxes with a valid address. */
function mailboxes(header: unknown): Mailbox[] {
  const values = [header].flat().flatMap((object) => (object as AddressObject | undefined)?.value ?? [])
  return values
    .flatMap(({ group, ...one }) => group ?? [one])
    .map(({ name, address = '' }) => ({
      name: storable(name).trim().slice(0, 255) || null,
      address: storable(address).trim(),
    }))
    .filter(({ address }) => isEmail(address))
    .slice(0, MAX_ADDRESSES)
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
