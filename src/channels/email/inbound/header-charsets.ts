// Repairs the charsets of header lines: bytes that are not UTF-8, and encoded words in charsets that are wrong or unknown.
import { isAscii } from 'node:buffer'
import { type Decoded, decodeText } from './charset.ts'

/** One after the other, with nothing but white space between them: a character can be split between two. */
const WORDS = /=\?[^?\s]{1,60}\?[bq]\?[^?]{0,1000}\?=(?:\s{1,10}=\?[^?\s]{1,60}\?[bq]\?[^?]{0,1000}\?=)*/gi
const WORD = /=\?([^?\s*]{1,60})(?:\*[^?]*)?\?([bq])\?([^?]{0,1000})\?=/gi

/** `known`: the charset that a person knows, for texts in doubt. `onDoubt` is called for each text that stays in doubt. */
type Charsets = { others: Set<string>; known?: string | undefined; onDoubt?: ((decoded: Decoded) => void) | undefined }

/**
 * Returns the line with all its text in UTF-8. Both are strings of bytes, as the MIME parser has them. `others` is filled
 * with the charsets that the line names.
 */
export function repairLine(line: string, charsets: Charsets): string {
  const value = Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1')
  const isPlain = isAscii(value) && !line.includes('\x1b')
  const plain = isPlain ? line : line.slice(0, line.indexOf(':') + 1) + asBytes(decode(value, undefined, charsets).text)
  return plain.includes('=?') ? plain.replace(WORDS, (words) => repairWords(words, charsets)) : plain
}

function decode(bytes: Buffer, declared: string | undefined, { others, known, onDoubt }: Charsets): Decoded {
  const first = decodeText(bytes, { declared, others })
  const decoded = first.doubt && known ? decodeText(bytes, { declared: known, others }) : first
  if (decoded.doubt) onDoubt?.(decoded)
  return decoded
}

const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

function repairWords(words: string, charsets: Charsets): string {
  const runs: { charset: string; bytes: Buffer[] }[] = []
  for (const [, charset = '', encoding = '', text = ''] of words.matchAll(WORD)) {
    const last = runs.at(-1)
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : fromQuoted(text)
    if (last?.charset === charset) last.bytes.push(bytes)
    else runs.push({ charset, bytes: [bytes] })
    charsets.others.add(charset)
  }
  const text = runs.map(({ charset, bytes }) => decode(Buffer.concat(bytes), charset, charsets).text).join('')
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
}

const fromQuoted = (text: string): Buffer =>
  Buffer.from(
    text.replaceAll('_', ' ').replace(/=([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
