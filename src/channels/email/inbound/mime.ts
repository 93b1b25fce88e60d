// Runs the MIME parser, and replaces what it does with long texts.
import { type AttachmentStream, type HeaderLines, type Headers, MailParser, type MessageText } from 'mailparser'

export type MimeFile = Omit<AttachmentStream, 'content'> & { content: Buffer }

export type ParsedMime = {
  headers: Headers
  headerLines: HeaderLines
  text: string
  html: string
  files: MimeFile[]
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

/** Rejects if the mail has too many parts or headers. */
export async function parseMime(raw: Buffer): Promise<ParsedMime> {
  const parser = new MailParser(OPTIONS)
  replaceTextToHtml(parser)
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
    files,
  }
}

async function fileOf({ content, ...file }: AttachmentStream): Promise<MimeFile> {
  const chunks: Buffer[] = []
  for await (const chunk of content as AsyncIterable<Buffer>) chunks.push(chunk)
  file.release?.()
  return { ...file, content: Buffer.concat(chunks) }
}

/** The parser escapes each character of a text, however long it is. */
function replaceTextToHtml(parser: object) {
  const inner = parser as { textToHtml(text: string): string }
  const textToHtml = inner.textToHtml.bind(parser)
  inner.textToHtml = (text) => textToHtml(text.slice(0, MAX_TEXT_IN_HTML))
}
