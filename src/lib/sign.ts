// Signs short payloads with a keyed hash (HMAC). A signed text is safe in a URL or an email address.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** 80 bits: enough for a link with one small effect, short enough for the local part of an email address. */
const MAC_BYTES = 10

/** The whole text, so that each payload has one spelling. */
const SIGNED = /^((?:[\da-f]{2})+)-([\da-f]{20})$/

const SIGNATURE = /^[\da-f]{20}$/i

const mac = (secret: string, text: string): Buffer =>
  createHmac('sha256', secret).update(text).digest().subarray(0, MAC_BYTES)

/** A text that was signed for one `purpose` does not verify for another. */
export function sign(secret: string, purpose: string, payload: string): string {
  const text = Buffer.from(payload).toString('hex')
  return `${text}-${mac(secret, `${purpose} ${text}`).toString('hex')}`
}

/** Returns a signature of 20 characters for a text that stays readable beside it. */
export const signatureOf = (secret: string, purpose: string, text: string): string =>
  mac(secret, `${purpose} ${text}`).toString('hex')

/** Whether `given` is the signature of the text. Compares in constant time; the case of `given` does not matter. */
export const isSignatureOf = (secret: string, purpose: string, text: string, given: string): boolean =>
  SIGNATURE.test(given) && timingSafeEqual(Buffer.from(given, 'hex'), mac(secret, `${purpose} ${text}`))

/** Returns the payload, or undefined if the signature is wrong. Compares in constant time; case does not matter. */
export function verify(secret: string, purpose: string, signed: string): string | undefined {
  const [, text = '', given = ''] = SIGNED.exec(signed.toLowerCase()) ?? []
  if (!given || !timingSafeEqual(Buffer.from(given, 'hex'), mac(secret, `${purpose} ${text}`))) return undefined
  return Buffer.from(text, 'hex').toString()
}
