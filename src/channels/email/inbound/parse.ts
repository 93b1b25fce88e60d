// Parses a received mail from its bytes to plain data, as far as it can be parsed. Runs in a worker thread.
import { createHash } from 'node:crypto'
import { extension } from 'mime-types'
import { takeDataPictures } from '#lib/data-pictures.ts'
import { paragraphs, withoutTags } from '#lib/html.ts'
import { storable } from '#lib/text.ts'
import { receivedId } from './content-hash.ts'
import { contentsOf, forwardedIn } from './contents.ts'
import type { Reading } from './lines.ts'
import { type ForwardedMail, type Mail, type MailFile, tooLarge } from './mail.ts'
import { mailboxes, plainMailboxes, senderIn } from './mailboxes.ts'
import { hasForwardPrefix } from './mailer-words.ts'
import { type MimeFile, type ParsedMime, parseMime } from './mime.ts'
import { readingOf } from './reading.ts'
import { repairBoundary } from './repair-boundary.ts'

const MAX_FILES = 100
/** The parser keeps each line. A mail of 25 MB has 350,000 lines in base64. */
const MAX_LINES = 1_000_000
const MAX_ANSWERS = 50
/** In characters. A longer text is stored as a file. */
const MAX_TEXT = 250_000
const MAX_HTML = 1_000_000

/**
 * Parses RFC 5322 and MIME, and malformed mail as far as possible.
 * @throws RefusedMail if the mail has too many parts, files or lines.
 */
export async function parseMail(raw: Buffer, charset?: string, own_addresses: readonly string[] = []): Promise<Mail> {
  if (hasMoreLines(raw, MAX_LINES)) throw tooLarge(`The message has more than ${MAX_LINES} lines`)
  const mail = await plainMail(raw, charset)
  const reading = readingOf(mail, own_addresses)
  const forwarded = hasForwardPrefix(mail.subject) ? await forwardedBy(mail, reading) : null
  return { ...mail, received_id: receivedId(mail), contents: contentsOf(mail, reading), forwarded }
}

async function plainMail(raw: Buffer, charset?: string) {
  const parsed = await parseMime(repairBoundary(raw), charset).catch((error: Error) => {
    throw tooLarge(`The message cannot be read: ${error.message}`)
  })
  return mailOf(parsed, raw)
}

/** A mail is forwarded in the text, or as a file. In a file nobody can hide what was quoted, so that all of it is shown. */
async function forwardedBy(mail: PlainMail, reading: Reading): Promise<ForwardedMail | null> {
  const [file, ...others] = mail.files.filter(({ content_type }) => content_type === 'message/rfc822')
  const inText = forwardedIn(mail, reading)
  if (inText || !file || others.length) return inText
  const { from, subject, ...inner } = await plainMail(file.data)
  if (!from) return null
  const files = [...inner.files, ...mail.files].slice(0, MAX_FILES)
  const nothing: Reading = { answers: 'no', own: reading.own }
  const { body, html } = contentsOf({ ...mail, files: [] }, nothing)
  return { from, subject, note: html ?? paragraphs(body), contents: contentsOf({ ...inner, files }, nothing) }
}

type PlainMail = Omit<Mail, 'contents' | 'received_id' | 'forwarded'>

function hasMoreLines(raw: Buffer, limit: number): boolean {
  let lines = 0
  for (let at = raw.indexOf(0x0a); at >= 0; at = raw.indexOf(0x0a, at + 1)) if (++lines > limit) return true
  return false
}

function mailOf(parsed: ParsedMime, raw: Buffer): PlainMail {
  const headers = headersOf(parsed)
  const inline: MailFile[] = []
  const html = storable(withCids(parsed.html, inline))
  const files = [...parsed.files.map(fileOf).filter(({ data }) => data.length), ...inline]
  if (files.length > MAX_FILES) throw tooLarge(`The message has more than ${MAX_FILES} files`)
  const text = storable(parsed.text)
  const readable = text || (html.length > MAX_HTML ? withoutTags(html.slice(0, MAX_HTML)) : '')
  const named = (name: string) => (headers.get(name) ?? []).flatMap(messageIds)
  const message_id = named('message-id')[0] ?? null
  return {
    id: message_id ?? `sha256:${createHash('sha256').update(raw).digest('hex')}`,
    message_id,
    answers: [...new Set([...named('in-reply-to'), ...named('references').toReversed()])].slice(0, MAX_ANSWERS),
    from: senderIn(parsed.headers, headers),
    reply_to: plainMailboxes('reply-to', parsed.headers, headers),
    to: mailboxes(parsed.headers.get('to')),
    cc: mailboxes(parsed.headers.get('cc')),
    subject: storable(String(parsed.headers.get('subject') ?? ''))
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
    doubtful_parts: parsed.doubtful_parts,
  }
}

/**
 * Pictures in `data:` URLs are stored as those that the mail has as parts. What browsers do not show, such as SVG, becomes
 * a file; what cannot be read is left out.
 */
const withCids = (html: string, inline: MailFile[]): string =>
  takeDataPictures(html, ({ kind, content_type, bytes }) => {
    if (kind === 'broken') return ''
    const cid = `data-${inline.length + 1}@inline`
    inline.push({
      name: nameFor(content_type, inline.length),
      content_type,
      data: bytes,
      cid: kind === 'picture' ? cid : null,
    })
    return kind === 'picture' ? `cid:${cid}` : ''
  })

const written = (name: string, content_type: string, text: string): MailFile => ({
  ...{ name, content_type, cid: null },
  data: Buffer.from(text),
})

function headersOf({ headerLines }: ParsedMime): Map<string, string[]> {
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

const fileOf = ({ filename, contentType, content, cid }: MimeFile, index: number): MailFile => ({
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
