// Charsets that write other scripts with seven bits, between escape sequences: ISO-2022-JP (RFC 1468), ISO-2022-KR
// (RFC 1557) and HZ (RFC 1843).

export type ShiftedCharset = 'iso-2022-jp' | 'iso-2022-kr' | 'hz-gb-2312'

const KOREAN = '\x1b$)C'
const JAPANESE = ['\x1b$@', '\x1b$B', '\x1b(J', '\x1b(I', '\x1b$(D']

/** Returns the charset that the bytes show. HZ must be declared, because `~{` is possible in other texts. */
export function shiftedCharset(bytes: Buffer, declared: readonly string[]): ShiftedCharset | undefined {
  if (declared.some((name) => name === 'hz' || name === 'hzgb2312')) return 'hz-gb-2312'
  const text = bytes.toString('latin1')
  if (text.includes(KOREAN)) return 'iso-2022-kr'
  if (JAPANESE.some((sequence) => text.includes(sequence))) return 'iso-2022-jp'
  return isHz(text) ? 'hz-gb-2312' : undefined
}

/** Pairs of bytes for common characters (rows 16 to 55 of GB 2312) and punctuation, in at least one closed `~{…~}`. */
function isHz(text: string): boolean {
  const shifted = text.match(/~\{[^~]{0,2000}~\}/g) ?? []
  return shifted.length > 0 && shifted.every((piece) => /^(?:[!#0-W][!-~])+$/.test(piece.slice(2, -2)))
}

/** Returns undefined if the bytes are not valid. */
export function decodeShifted(bytes: Buffer, charset: ShiftedCharset): string | undefined {
  try {
    if (charset === 'iso-2022-jp') return new TextDecoder('iso-2022-jp', { fatal: true }).decode(bytes)
    const text = bytes.toString('latin1')
    return charset === 'iso-2022-kr' ? decodeKorean(text) : decodeHz(text)
  } catch {
    return undefined
  }
}

/** SO and SI switch between ASCII and KS X 1001, which is EUC-KR without the eighth bit. */
function decodeKorean(text: string): string {
  const [ascii = '', ...pieces] = text.replaceAll(KOREAN, '').split('\x0e')
  const decoded = pieces.map((piece) => {
    const [shifted = '', ...rest] = piece.split('\x0f')
    return withEighthBit(shifted, 'euc-kr') + rest.join('')
  })
  return [ascii, ...decoded].join('').replace(/^\r?\n/, '')
}

const decodeHz = (text: string): string =>
  text
    .replace(/~\r?\n/g, '')
    .replace(/~\{([^~]*)(?:~\}|$)/gm, (_, shifted) => withEighthBit(shifted, 'gb18030'))
    .replaceAll('~~', '~')

function withEighthBit(text: string, charset: string): string {
  const bytes = Buffer.from(text, 'latin1').map((byte) => (byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte))
  return new TextDecoder(charset, { fatal: true }).decode(bytes)
}
