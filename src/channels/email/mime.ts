// The wire form of a mail: header lines, bodies and envelope addresses, encoded and folded as mail servers need them.
import { hash } from 'node:crypto'
import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs'
import MimeNode from 'nodemailer/lib/mime-node'
import { encode, wrap } from 'nodemailer/lib/qp'

export type Mailbox = { name: string; address: string }

export type Mail = {
  message_id: string
  envelope: { from: string; to: string[] }
  /** Complete lines, folded. */
  headers: string[]
  text: string
  html: string
}

const encoder = new MimeNode()

/** One header line, folded. No value reaches beyond it: line breaks and other controls are encoded or taken out. */
export function header(name: string, value: string | string[] | Date | Mailbox[]): string {
  return foldLines(`${name}: ${encoder.encodeHeaderValue(name, value)}`)
}

/** The header that holds words of any length. A line of a mail holds 998 bytes, and folds at spaces only. */
export function subjectHeader(subject: string): string {
  return /\S{300}/.test(subject) ? foldLines(`Subject: ${encodeWord(subject, 'Q', 52)}`) : header('Subject', subject)
}

/** The mail as servers exchange it (RFC 5322): of its two bodies, the reader's program shows the one it can. */
export function wire({ headers, text, html }: Mail): string {
  // No body can hold the hash of itself.
  const boundary = `=_${hash('sha1', text + html)}`
  return [
    ...headers,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"\r\n`,
    `--${boundary}`,
    part('text/plain', text),
    `--${boundary}`,
    part('text/html', html),
    `--${boundary}--\r\n`,
  ].join('\r\n')
}

/** Who a mail is from and goes to, as the server is told: bare addresses, their domains in ASCII. */
export function envelope(from: string, to: string): { from: string; to: string[] } {
  const normal = encoder.setEnvelope({ from: alone(from), to: alone(to) }).getEnvelope()
  return { from: normal.from || '', to: normal.to }
}

// As an object: an address in a string would be parsed, and could turn out to be several.
const alone = (address: string): Mailbox => ({ name: '', address })

function part(type: string, body: string): string {
  const [encoding, content] = transfer(body.replace(/\r\n?|\n/g, '\r\n'))
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`
}

function transfer(body: string): [encoding: string, content: string] {
  if (!/[^\t\r\n\x20-\x7e]|^.{900}/m.test(body)) return ['7bit', body]
  const bytes = Buffer.from(body)
  // Quoted-printable keeps Latin scripts legible; any other would grow to three times its size.
  if (bytes.length < body.length * 1.3) return ['quoted-printable', wrap(encode(bytes))]
  return ['base64', bytes.toString('base64').replace(/.{76}/g, '$&\r\n')]
}
