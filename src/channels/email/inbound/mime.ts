// Runs the MIME parser. What it does with charsets, named texts and long texts is replaced: it has no hooks for them, so
// that its inner functions are overridden. Its version is fixed by the lock file, and the tests here notice a change.
import { Transform } from 'node:stream'
import { type AttachmentStream, type HeaderLines, type Headers, MailParser, type MessageText } from 'mailparser'
import { charsetInHtml, type Decoded, decodeText } from './charset.ts'
import { repairLine } from './header-charsets.ts'
import type { DoubtfulPart } from './mail.ts'

export type MimeFile = Pick<AttachmentStream, 'contentType' | 'filename' | 'cid'> & { content: Buffer }

export type ParsedMime = {
  headers: Headers
  headerLines: HeaderLines
  text: string
  html: string
  files: MimeFile[]
  doubtful_parts: DoubtfulPart[]
}

const MAX_PARTS = 1_000
const MAX_HEAD_BYTES = 1024 * 1024
/** In characters: the most of one plain text that is shown within HTML. */
const MAX_TEXT_IN_HTML = 250_000

const OPTIONS = {
  skipHtmlToText: true,
  skipTextLinks: true,
  keepDeliveryStatus: true,
  ignoreEmbedded: true,
  checksumAlgo: false as const,
  maxHeadSize: MAX_HEAD_BYTES,
  maxChildNodes: MAX_PARTS,
}

/** `charset` is for the parts and headers that cannot be read without doubt. Rejects if the mail has too many parts or headers. */
export async function parseMime(raw: Buffer, charset?: string): Promise<ParsedMime> {
  const parser = new MailParser(OPTIONS)
  const { doubtful_parts, named } = override(parser as unknown as Inner, charset)
  const files: MimeFile[] = []
  let shown: Partial<MessageText> = {}
  parser.end(raw)
  for await (const piece of parser as AsyncIterable<AttachmentStream | MessageText>) {
    if (piece.type === 'text') shown = piece
    else files.push(await fileOf(piece))
  }
  const { headers, headerLines } = parser
  return {
    headers: headers || new Map(),
    headerLines: headerLines || [],
    text: shown.text ?? '',
    html: shown.html || '',
    files: [...files, ...named],
    doubtful_parts,
  }
}

async function fileOf(file: AttachmentStream): Promise<MimeFile> {
  const chunks: Buffer[] = []
  for await (const chunk of file.content as AsyncIterable<Buffer>) chunks.push(chunk)
  file.release?.()
  const { contentType, filename, cid } = file
  return { contentType, filename, cid, content: Buffer.concat(chunks) }
}

/** What IMAP calls the headers of a mail. */
const HEADER = 'HEADER'
const SHOWN_HEADERS = ['subject', 'from', 'sender', 'reply-to', 'to', 'cc']

/** The functions and data of the parser that are overridden. */
type Inner = {
  headerLines: HeaderLines
  hasHtml: boolean
  hasText: boolean
  decoder: { decodeStream(charset: string): Transform }
  processHeaders(lines: HeaderLines): Headers
  createNode(part: InnerPart): InnerNode
  getTextContent(): MessageText
  textToHtml(text: string): string
}
type InnerPart = {
  filename: string | false
  partNr: (string | number)[]
  root: boolean
  flowed: boolean
  parentNode: { multipart: string | false } | false
}
type InnerNode = {
  contentType: string | false
  charset?: string
  disposition?: string
  isAttachment?: boolean
  headers: Headers
  headerLines: HeaderLines
  textContent?: string
}

/** The bytes of a text are collected, and decoded when the charsets of all parts are known. */
type CollectedText = {
  node: InnerNode
  part: string
  declared: string | undefined
  /** The name of the file that it is. */
  filename: string | undefined
  chunks: Buffer[]
}

function override(parser: Inner, charset: string | undefined) {
  const doubtful_parts: DoubtfulPart[] = []
  const named: MimeFile[] = []
  const others = new Set<string>()
  const texts = new Map<string, CollectedText>()
  const repaired = (lines: HeaderLines, onDoubt?: (key: string, decoded: Decoded) => void): HeaderLines =>
    lines.map(({ key, line }) => {
      const doubted = onDoubt && ((decoded: Decoded) => onDoubt(key, decoded))
      return { key, line: repairLine(line, { others, known: charset, onDoubt: doubted }) }
    })
  /** One entry for all headers that people see: they are read again together. */
  const doubtHeader = (key: string, { charset: charset_used, doubt }: Decoded) => {
    if (!SHOWN_HEADERS.includes(key) || doubtful_parts.some(({ part }) => part === HEADER)) return
    doubtful_parts.push({ part: HEADER, charset_used, reason: `${key}: ${doubt}` })
  }
  const { processHeaders, createNode, getTextContent, textToHtml } = parser

  parser.processHeaders = (lines) => processHeaders.call(parser, repaired(lines))

  parser.createNode = (part) => {
    const node = createNode.call(parser, part)
    node.headerLines = repaired(node.headerLines, part.root ? doubtHeader : undefined)
    if (part.root) parser.headerLines = node.headerLines
    part.filename = nameIn(node.headers) || part.filename
    if (!/^text\//.test(node.contentType || '')) return node
    const declared = node.charset
    const id = `text-${texts.size}` // A charset that the parser passes on to `decodeStream`.
    const filename = isAlternative(part) ? undefined : part.filename || undefined
    if (filename) part.flowed = false // The bytes of a file stay as they are.
    texts.set(id, { node, part: part.partNr.filter(Number).join('.') || '1', declared, filename, chunks: [] })
    if (declared) others.add(declared)
    node.charset = id
    return node
  }

  parser.decoder = { decodeStream: (id) => collect(texts.get(id)?.chunks ?? []) }

  parser.getTextContent = () => {
    const shown = [...texts.values()].filter(({ chunks }) => chunks.length)
    for (const { node, part, declared, filename, chunks } of shown) {
      const bytes = Buffer.concat(chunks)
      const meta = node.contentType === 'text/html' ? charsetInHtml(bytes) : undefined
      const first = decodeText(bytes, { declared, meta, others })
      const read = first.doubt && charset ? decodeText(bytes, { declared: charset, others }) : first
      node.textContent = read.text.replace(/\r?\n/g, '\n')
      if (read.doubt && !filename) doubtful_parts.push({ part, charset_used: read.charset, reason: read.doubt })
    }
    named.push(...takeNamed(shown))
    parser.hasHtml = shown.some(({ node }) => node.contentType === 'text/html' && node.textContent)
    parser.hasText = shown.some(({ node }) => node.contentType === 'text/plain' && node.textContent)
    return getTextContent.call(parser)
  }

  // The parser escapes each character of a text, however long it is.
  parser.textToHtml = (text) => textToHtml.call(parser, text.slice(0, MAX_TEXT_IN_HTML))
  return { doubtful_parts, named }
}

/**
 * Returns the texts that have a name, as files. They are not shown in the body, unless the mail has no other text: then it
 * is both.
 */
function takeNamed(texts: CollectedText[]): MimeFile[] {
  const isOther = ({ node, filename }: CollectedText) => !filename && node.textContent?.trim()
  const isShownToo = !texts.some(isOther)
  return texts.flatMap(({ node, filename, chunks }) => {
    if (!filename) return []
    if (!isShownToo) node.textContent = ''
    return [{ contentType: node.contentType || 'text/plain', filename, content: Buffer.concat(chunks) }]
  })
}

/** The alternatives of one text are not files, even if a program gives them names. */
const isAlternative = ({ parentNode }: InnerPart) => parentNode && parentNode.multipart === 'alternative'

/** Returns the name of a file in its repaired headers. */
function nameIn(headers: Headers): string | undefined {
  const paramsOf = (header: string) => (headers.get(header) as { params?: Record<string, string> } | undefined)?.params
  return paramsOf('content-disposition')?.['filename'] || paramsOf('content-type')?.['name']
}

const collect = (chunks: Buffer[]): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
