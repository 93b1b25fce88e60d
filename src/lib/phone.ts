// Reads telephone numbers and returns them in E.164.
import { parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * Returns the E.164 form (`+5547999998888`) of an international number, or null if the text is not one. The plus may be
 * missing, or written as 00. Only the length is checked, so that numbers reserved for tests and fiction are valid too.
 */
export function e164(text: string | number): string | null {
  const digits = String(text)
    .trim()
    .replace(/^(\+|00)/, '')
  const number = parsePhoneNumberFromString(`+${digits}`, { extract: false })
  return number?.isPossible() ? number.number : null
}
