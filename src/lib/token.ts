// Texts that carry something for a while, and that only we can have written: what is in them can be read by whoever has
// them, but not changed.
import { createHmac, timingSafeEqual } from 'node:crypto'

const mac = (secret: string, purpose: string, text: string): Buffer =>
  createHmac('sha256', secret).update(`${purpose} ${text}`).digest()

/** `purpose` keeps a text that was signed for one thing from being used for another. Letters, digits, `-`, `_`, a dot. */
export function signToken(secret: string, purpose: string, contents: object): string {
  const text = Buffer.from(JSON.stringify(contents)).toString('base64url')
  return `${text}.${mac(secret, purpose, text).toString('base64url')}`
}

/** The contents, or undefined where the text is none of ours. Compared in constant time. */
export function readToken(secret: string, purpose: string, token: string): unknown {
  const [text = '', given = '', ...more] = token.split('.')
  const expected = mac(secret, purpose, text)
  const actual = Buffer.from(given, 'base64url')
  if (more.length || actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined
  return JSON.parse(Buffer.from(text, 'base64url').toString())
}
