// The bytes of a mail, as an SMTP server gets them.
import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { Mail } from './compose.ts'

const transport = createTransport({
  streamTransport: true,
  buffer: true,
  newline: 'windows',
  disableFileAccess: true,
  disableUrlAccess: true,
})

/** Returns the mail in the format of RFC 5322, without a DKIM signature: the same bytes each time. */
export async function rawMail(mail: Mail): Promise<Buffer> {
  const baseBoundary = createHash('sha256').update(mail.messageId).digest('hex').slice(0, 16)
  const { message } = await transport.sendMail({ ...mail, baseBoundary } as Mail)
  return message as Buffer
}

export type Header = { name: string; value: string }

/** Returns the headers of a raw mail in their order, unfolded. */
export function headersOf(raw: Buffer): Header[] {
  const head = raw.toString('latin1').split('\r\n\r\n', 1)[0] ?? ''
  return head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => {
      const colon = line.indexOf(':')
      return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() }
    })
}
