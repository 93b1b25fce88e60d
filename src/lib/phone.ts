// Reads telephone numbers and returns them in E.164.
import { parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * Digits alone that no country uses for a number of its own: 11 to 15 digits with a country code. National numbers have at
 * most 11 digits (in Indonesia 12, which begin with 8). With 11 digits only North America is certain: its 1 and an area
 * code that no mobile number of China or Germany begins with, or 555, which is reserved for tests and fiction.
 */
const DIGITS_WITH_COUNTRY_CODE = /^(?:12\d{9}|1\d{3}555\d{4}|[1-79]\d{11,14}|8\d{12,14})$/

/**
 * Returns the E.164 form (`+5547999998888`) of an international number, or null if the text is not one. The country code
 * follows a plus or 00; without them only digits are read that cannot be a national number. There is no default country.
 * Only the length is checked, so that numbers reserved for tests and fiction are valid too.
 */
export function e164(text: string | number): string | null {
  const written = String(text).trim()
  const international = /^(?:[+＋]|00)(?<digits>.*)$/s.exec(written)?.groups?.['digits']
  if (international === undefined && !DIGITS_WITH_COUNTRY_CODE.test(written)) return null
  const number = parsePhoneNumberFromString(`+${international ?? written}`, { extract: false })
  if (!number) return null
  return withoutMexicos1(number.number) ?? (number.isPossible() ? number.number : null)
}

/**
 * Returns the E.164 form of a number that a provider names, or null if it is something else (a short code, a name). With a
 * plus it exists, also if its country is newer than our list of numbering plans.
 */
export function providedNumber(text: string): string | null {
  return /^\+[1-9]\d{6,14}$/.test(text) ? (withoutMexicos1(text) ?? text) : e164(text)
}

/** Mexico dropped the 1 after its country code, so that +52 1 and ten digits cannot be dialled any more. */
function withoutMexicos1(number: string): string | undefined {
  return /^\+521\d{10}$/.test(number) ? `+52${number.slice(4)}` : undefined
}
