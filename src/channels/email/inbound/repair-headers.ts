// Repairs headers of a mail that can be guessed: a missing charset of bytes that are not ASCII, and a missing boundary.
import { isUtf8 } from 'node:buffer'

/** Returns the same buffer if nothing is missing. */
export function repairHeaders(raw: Buffer): Buffer {
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

/** Converts from the most likely charset to UTF-8, which the parser assumes if no charset is named. */
const fromWestern = (bytes: Uint8Array): Buffer => Buffer.from(new TextDecoder('windows-1252').decode(bytes))

const boundaryIn = (body: Buffer): string | undefined =>
  /(?:^|\n)--([\w'()+,./:=?-]{1,70})\r?\n/.exec(body.subarray(0, 65_536).toString('latin1'))?.[1]

const withBoundary = (headers: string, boundary: string): Buffer =>
  Buffer.from(
    headers.replace(/^(content-type[ \t]*:[ \t]*multipart\/[\w-]+)/im, `$1; boundary="${boundary}"`),
    'latin1',
  )
