// Decodes a page by the charset that its header, its byte order mark or its `meta` names; otherwise it is UTF-8.

/** As browsers do, `meta` is looked for at the beginning. */
const META_WITHIN = 1_024

const BYTE_ORDER_MARKS: [charset: string, mark: string][] = [
  ['utf-8', '\xef\xbb\xbf'],
  ['utf-16le', '\xff\xfe'],
  ['utf-16be', '\xfe\xff'],
]

/** `type` is the header: `text/html; charset=windows-1252`. Bytes that the charset does not have become U+FFFD. */
export function decodePage(bytes: Buffer, type: string): string {
  const start = bytes.subarray(0, META_WITHIN).toString('latin1')
  const marked = BYTE_ORDER_MARKS.find(([, mark]) => start.startsWith(mark))?.[0]
  // A `meta` that can be read as ASCII cannot be in UTF-16.
  const meta = charsetIn(/<meta\b[^>]*?\bcharset\s*=\s*["']?([\w.:-]+)/i, start)?.replace(/^utf-16.*$/i, 'utf-8')
  const named = [marked, charsetIn(/\bcharset\s*=\s*["']?([\w.:-]+)/i, type), meta]
  const decoder = named.flatMap((charset) => (charset ? (decoderOf(charset) ?? []) : []))[0] ?? new TextDecoder()
  return decoder.decode(bytes)
}

const charsetIn = (pattern: RegExp, text: string): string | undefined => pattern.exec(text)?.[1]

/** Returns undefined for a charset that does not exist. */
function decoderOf(charset: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(charset)
  } catch {
    return undefined
  }
}
