// Repairs the head of a mail whose multipart names no boundary: the first line of the body shows it.

/** Returns the same buffer if nothing is missing. */
export function repairBoundary(raw: Buffer): Buffer {
  const end = headEnd(raw)
  const [head, body] = [raw.subarray(0, end), raw.subarray(end)]
  const headers = head.toString('latin1')
  const type = /^content-type[ \t]*:[^\r\n]*(\r?\n[ \t][^\r\n]*)*/im.exec(headers)?.[0].toLowerCase() ?? ''
  const boundary = type.includes('multipart/') && !type.includes('boundary') ? boundaryIn(body) : undefined
  return boundary ? Buffer.concat([withBoundary(headers, boundary), body]) : raw
}

function headEnd(raw: Buffer): number {
  const ends = ['\r\n\r\n', '\n\n'].map((blank) => raw.indexOf(blank)).filter((at) => at >= 0)
  return ends.length ? Math.min(...ends) : raw.length
}

const boundaryIn = (body: Buffer): string | undefined =>
  /(?:^|\n)--([\w'()+,./:=?-]{1,70})\r?\n/.exec(body.subarray(0, 65_536).toString('latin1'))?.[1]

const withBoundary = (headers: string, boundary: string): Buffer =>
  Buffer.from(
    headers.replace(/^(content-type[ \t]*:[ \t]*multipart\/[\w-]+)/im, `$1; boundary="${boundary}"`),
    'latin1',
  )
