// Identifiers that the server makes, not the database.
import { randomBytes, randomInt } from 'node:crypto'

const processPart = randomBytes(5).toString('hex')
let counter = randomInt(0x1000000)

/** Returns 24 hex digits. The first eight are the time of creation, so that later ids sort later. */
export function objectId(at: Date): string {
  counter = (counter + 1) % 0x1000000
  const seconds = Math.floor(at.getTime() / 1000)
  return seconds.toString(16).padStart(8, '0') + processPart + counter.toString(16).padStart(6, '0')
}

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'

export const randomCode = (length: number): string =>
  Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join('')
