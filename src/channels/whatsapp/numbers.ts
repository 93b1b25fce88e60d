// The spellings of a phone number on WhatsApp, which differ from the dialled number in some countries.
import { providedNumber } from '#lib/phone.ts'

/**
 * Brazil added a 9 to mobile numbers, and WhatsApp may have an older number without it. Argentina uses a 9 only for
 * calls from abroad. Mexico dropped the 1 after its country code, so that numbers with it no longer exist.
 */
const SPELLINGS: [spelling: RegExp, other: string][] = [
  [/^55(\d\d)([6-9]\d{7})$/, '55$19$2'],
  [/^55(\d\d)9(\d{8})$/, '55$1$2'],
  [/^549(\d{10})$/, '54$1'],
  [/^54(\d{10})$/, '549$1'],
  [/^521(\d{10})$/, '52$1'],
]

/**
 * Returns the number of a `wa_id` in E.164, and the other form that a contact can have. Empty if it is not a number.
 */
export function spellingsOf(wa_id: string): string[] {
  const other = SPELLINGS.find(([spelling]) => spelling.test(wa_id))
  const numbers = [wa_id, ...(other ? [wa_id.replace(...other)] : [])]
  return numbers.map((number) => providedNumber(`+${number}`)).filter((number) => number !== null)
}
