// Telephone numbers as people write them, and as carriers take them.
import { parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * The E.164 form (`+5547999998888`) of a number in international form, or null where it is none. The plus may be
 * missing or be written 00. A number counts by its length alone, so that those reserved for tests and fiction do too.
 */
export function e164(text: string | number): string | null {
  const digits = String(text)
    .trim()
    .replace(/^(\+|00)/, '')
  const number = parsePhoneNumberFromString(`+${digits}`, { extract: false })
  return number?.isPossible() ? number.number : null
}
