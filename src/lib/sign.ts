// Texts that only we can have written: a payload with a keyed hash behind it, safe in a URL or an address.
import { createHmac, timingSafeEqual } from 'node:crypto'

/** 80 bits: enough for a link that leads to one small act, short enough for the left part of an email address. */
const MAC_BYTES = 10

/** Nothing before it and nothing behind it: one text, one spelling. */
const SIGNED = /^((?:[\da-f]{2})+)-([\da-f]{20})$/

const mac = (secret: string, text: string): Buffer =>
  createHmac('sha256', secret).update(text).digest().subarray(0, MAC_BYTES)

/** `purpose` keeps a text that was signed for one thing from being used for another. */
export function sign(secret: string, purpose: string, payload: string): string {
  const text = Buffer.from(payload).toString('hex')
  return `${text}-${mac(secret, `${purpose} ${text}`).toString('hex')}`
}

/** The payload, or undefined where the text is none of ours. Compared in constant time; case does not matter. */
export function verify(secret: string, purpose: string, signed: string): string | undefined {
  const [, text = '', given = ''] = SIGNED.exec(signed.toLowerCase()) ?? []
  if (!given || !timingSafeEqual(Buffer.from(given, 'hex'), mac(secret, `${purpose} ${text}`))) return undefined
  return Buffer.from(text, 'hex').toString()
}
