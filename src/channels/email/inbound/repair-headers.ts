// What mailers leave out of a mail and can be guessed: the charset of bytes that are not ASCII, and a boundary.
import { isUtf8 } from 'node:buffer'

/** The same bytes where nothing is missing. */
export function mended(raw: Buffer): Buffer {
  const end = headEnd(raw)
  const [head, body] = [raw.subarray(0, end), raw.subarray(end)]
  const headers = head.toString('latin1')
  const tells = /^content-type[ \t]*:[^\r\n]*(\r?\n[ \t][^\r\n]*)*/im.exec(headers)?.[0].toLowerCase() ?? ''
  const boundary = tells.includes('multipart/') && !tells.includes('boundary') ? boundaryIn(body) : undefined
  const whole = boundary ? withBoundary(headers, boundary) : head
  const isGuessed = !tells.includes('charset') && !tells.includes('multipart/')
  if (isUtf8(head) && !boundary && (!isGuessed || isUtf8(body))) return raw
  return Buffer.concat([
    isUtf8(whole) ? whole : fromWestern(whole),
    isGuessed && !isUtf8(body) ? fromWestern(body) : body,
  ])
}

function headEnd(raw: Buffer): number {
  const ends = ['\r\n\r\n', '\n\n'].map((blank) => raw.indexOf(blank)).filter((at) => at >= 0)
  return ends.length ? Math.min(...ends) : raw.length
}

/** Of all charsets that are not named the likeliest; as UTF-8, which is taken for granted where none is. */
const fromWestern = (bytes: Uint8Array): Buffer => Buffer.from(new TextDecoder('windows-1252').decode(bytes))

const boundaryIn = (body: Buffer): string | undefined =>
  /(?:^|\n)--([\w'()+,./:=?-]{1,70})\r?\n/.exec(body.subarray(0, 65_536).toString('latin1'))?.[1]

const withBoundary = (headers: string, boundary: string): Buffer =>
  Buffer.from(
    headers.replace(/^(content-type[ \t]*:[ \t]*multipart\/[\w-]+)/im, `$1; boundary="${boundary}"`),
    'latin1',
  )
