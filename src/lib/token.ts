// Signed tokens: their contents can be read by all who have them, but not changed.
import { createHmac, timingSafeEqual } from 'node:crypto'

const mac = (secret: string, purpose: string, text: string): Buffer =>
  createHmac('sha256', secret).update(`${purpose} ${text}`).digest()

/** Returns letters, digits, `-`, `_` and one dot. A token that was signed for one `purpose` is not read for another. */
export function signToken(secret: string, purpose: string, contents: object): string {
  const text = Buffer.from(JSON.stringify(contents)).toString('base64url')
  return `${text}.${mac(secret, purpose, text).toString('base64url')}`
}

/** Returns the contents, or undefined if the signature is wrong. Compares in constant time. */
export function readToken(secret: string, purpose: string, token: string): unknown {
  const [text = '', given = '', ...more] = token.split('.')
  const expected = mac(secret, purpose, text)
  const actual = Buffer.from(given, 'base64url')
  if (more.length || actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined
  return JSON.parse(Buffer.from(text, 'base64url').toString())
}
