// Decodes the bytes of a text: as it declares if that is possible without an error, otherwise as it seems to be.
import { isAscii, isUtf8 } from 'node:buffer'
import chardet from 'chardet'
import iconv from 'iconv-lite'
import { decodeShifted, shiftedCharset } from './seven-bit.ts'

/** `doubt` says why the text may be wrong; null if it is certain enough. */
export type Decoded = { text: string; charset: string; doubt: string | null }

export type Hints = {
  /** The charset in the headers of the part. */
  declared?: string | undefined
  /** The charset that the HTML itself names. */
  meta?: string | undefined
  /** Charsets of other parts and headers of the mail. */
  others?: Iterable<string>
}

const SURE = (text: string, charset: string): Decoded => ({ text, charset, doubt: null })
const MAYBE = (text: string, charset: string, doubt: string): Decoded => ({ text, charset, doubt })

/** Never fails, and never replaces a character of a text that some charset can read. */
export function decodeText(bytes: Buffer, { declared, meta, others = [] }: Hints = {}): Decoded {
  const named = [declared, meta].flatMap((name) => (name ? [name] : []))
  if (isAscii(bytes)) return decodeSevenBit(bytes, named)
  if (isUtf8(bytes) && !named.some((name) => isMultibyte(name) && strict(bytes, name) !== undefined))
    return SURE(bytes.toString('utf8'), 'utf-8')
  for (const name of named) {
    const text = strict(bytes, name)
    if (text !== undefined) return SURE(text, canonical(name) ?? name)
  }
  return withSurrogates(bytes) ?? mostlyUtf8(bytes, named) ?? guessed(bytes, named, others)
}

/** Escape sequences of 7-bit charsets stand in no other text. Every other charset agrees about ASCII. */
function decodeSevenBit(bytes: Buffer, named: string[]): Decoded {
  const shifted = shiftedCharset(bytes, named.map(simple))
  const text = shifted && decodeShifted(bytes, shifted)
  if (shifted && text !== undefined) return SURE(text, shifted)
  const wide = named.find((name) => /^(utf16|utf32|utf7|unicode11utf7|ucs2)/.test(simple(name)))
  const wideText = wide && strict(bytes, wide)
  if (wide && wideText !== undefined) return SURE(wideText, wide)
  const ascii = bytes.toString('latin1')
  return shifted ? MAYBE(ascii, 'us-ascii', `The bytes are not valid ${shifted}`) : SURE(ascii, 'us-ascii')
}

const PAIR = /\u00ed[\u00a0-\u00af][\u0080-\u00bf]\u00ed[\u00b0-\u00bf][\u0080-\u00bf]/g
const HALF = /\u00ed[\u00a0-\u00bf][\u0080-\u00bf]/g

/** Some programs write each half of an emoji as a character of UTF-8. */
function withSurrogates(bytes: Buffer): Decoded | undefined {
  const paired = bytes.toString('latin1').replace(PAIR, (pair) => Buffer.from(emojiOf(pair)).toString('latin1'))
  const whole = Buffer.from(paired, 'latin1')
  if (isUtf8(whole)) return SURE(whole.toString('utf8'), 'utf-8')
  if (!isUtf8(Buffer.from(paired.replace(HALF, ''), 'latin1'))) return undefined
  return MAYBE(whole.toString('utf8'), 'utf-8', 'It has half an emoji')
}

/** Each half has its sixteen bits in three bytes. */
const emojiOf = (pair: string): string =>
  String.fromCharCode(
    ...[0, 3].map((at) => 0xd000 | ((pair.charCodeAt(at + 1) & 0x3f) << 6) | (pair.charCodeAt(at + 2) & 0x3f)),
  )

/** A text in UTF-8 with a few broken characters, such as one that was cut at a limit. */
function mostlyUtf8(bytes: Buffer, named: string[]): Decoded | undefined {
  const text = bytes.toString('utf8')
  const broken = text.match(/\ufffd/g)?.length ?? 0
  const valid = text.match(/[\u0080-\ufffc]/g)?.length ?? 0
  const needed = named.some((name) => canonical(name) === 'utf-8') ? 2 : 10
  return valid >= broken * needed ? MAYBE(text, 'utf-8', 'Some bytes are not valid UTF-8') : undefined
}

const MIN_CONFIDENCE = 40
const SURE_CONFIDENCE = 80

function guessed(bytes: Buffer, named: string[], others: Iterable<string>): Decoded {
  const why = named.length ? `The bytes are not valid ${named.join(' or ')}` : 'No charset is named'
  for (const name of others) {
    const text = isCommon(name) ? undefined : strict(bytes, name)
    if (text !== undefined) return MAYBE(text, canonical(name) ?? name, `${why}; another part names this one`)
  }
  if (looksWestern(bytes) && named.every(isCommon)) return SURE(strict(bytes, WESTERN) as string, WESTERN)
  for (const { name, confidence } of chardet.analyse(bytes.subarray(0, 65_536))) {
    const text = confidence < MIN_CONFIDENCE ? undefined : strict(bytes, name)
    if (text === undefined) continue
    const charset = canonical(name) ?? name
    return confidence >= SURE_CONFIDENCE ? SURE(text, charset) : MAYBE(text, charset, why)
  }
  return MAYBE(strict(bytes, WESTERN) as string, WESTERN, why)
}

const WESTERN = 'windows-1252'
/** What programs declare for every text, whatever it is. */
const isCommon = (name: string) => ['utf-8', WESTERN].includes(canonical(name) ?? '')

/** Three in a row, two that are not both small letters, or a byte without a character. */
const NOT_WESTERN =
  /[\u0080-\u00ff]{3}|[\u0080-\u00de\u00f7][\u0080-\u00ff]|[\u0080-\u00ff][\u0080-\u00de\u00f7]|[\u0081\u008d\u008f\u0090\u009d]/

/** Letters with accents and typographic marks, one or two at a time, in words of ASCII letters. */
const looksWestern = (bytes: Buffer): boolean =>
  !bytes.includes(0x1b) && !NOT_WESTERN.test(bytes.toString('latin1').replaceAll('\u00a0', ' '))

/** Node does not decode the characters that Windows adds to it, and mailers mean those. */
const KOREAN = 'euc-kr'

/** Returns undefined if the bytes are not valid in the charset, or if it is unknown. */
function strict(bytes: Buffer, name: string): string | undefined {
  const label = canonical(name)
  if (label && label !== KOREAN) {
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes)
    } catch {
      return undefined
    }
  }
  const known = label ?? iconvName(name)
  const text = known && iconv.decode(bytes, known)
  return text && !text.includes('\ufffd') ? text : undefined
}

/** Names that mailers use, and no standard knows. */
const ALIASES: Record<string, string> = {
  cp932: 'shift_jis',
  mskanji: 'shift_jis',
  cp936: 'gb18030',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  gb231280: 'gb18030',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  xwindows949: 'euc-kr',
  ksc56011987: 'euc-kr',
  cp950: 'big5',
  cp51932: 'euc-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  unicode11utf8: 'utf-8',
  ansi: 'windows-1252',
  ansix341968: 'utf-8',
  usascii: 'utf-8',
  ascii: 'utf-8',
  '7bit': 'utf-8',
  '8bit': 'utf-8',
  unknown8bit: 'utf-8',
}

const simple = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Returns the name of a charset that Node decodes. US-ASCII counts as UTF-8. */
function canonical(name: string): string | undefined {
  for (const label of [ALIASES[simple(name)], name.trim(), name.replace(/^x-/i, ''), windowsName(name)]) {
    if (!label) continue
    try {
      return new TextDecoder(label).encoding === 'gbk' ? 'gb18030' : new TextDecoder(label).encoding
    } catch {}
  }
  return undefined
}

/** `cp-1252`, `cp1252` and `win-1252` are `windows-1252`. */
const windowsName = (name: string): string | undefined => {
  const [, number] = /^(?:cp|win|windows|ms|x-cp)[-_ ]?(125\d|874)$/i.exec(name.trim()) ?? []
  return number && `windows-${number}`
}

/** Encodings of bytes as text, which iconv-lite has beside charsets. */
const NOT_CHARSETS = ['base64', 'hex', 'internal']

const iconvName = (name: string): string | undefined =>
  [name, name.replace(/^x-/i, ''), simple(name)].find(
    (label) => label && !NOT_CHARSETS.includes(simple(label)) && iconv.encodingExists(label),
  )

const isMultibyte = (name: string): boolean =>
  /^(gb18030|big5|euc-|shift_jis|iso-2022|utf-16)/.test(canonical(name) ?? '') || /^(johab|big5)/i.test(name)

/** Returns whether a person can name it for a text. */
export const isCharset = (name: string): boolean => canonical(name) !== undefined || iconvName(name) !== undefined

/** Returns the charset in the `<meta>` of an HTML text. */
export function charsetInHtml(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 4_096).toString('latin1').replaceAll('\0', '')
  return /<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(head)?.[1]
}
