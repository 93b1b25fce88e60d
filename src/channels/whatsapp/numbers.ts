// A number as WhatsApp knows it may be another than the one people dial: in some countries it lags behind a change.
import { e164 } from '#lib/phone.ts'

/**
 * Brazil put a 9 before mobile numbers, and WhatsApp may know an older one without it; Argentina has a 9 there for calls
 * from abroad alone; Mexico dropped the 1 after its country code, so that with it there is no such number any more.
 */
const SPELLINGS: [spelling: RegExp, other: string][] = [
  [/^55(\d\d)([6-9]\d{7})$/, '55$19$2'],
  [/^55(\d\d)9(\d{8})$/, '55$1$2'],
  [/^549(\d{10})$/, '54$1'],
  [/^54(\d{10})$/, '549$1'],
  [/^521(\d{10})$/, '52$1'],
]

/** The number of a `wa_id` in E.164, and how else it may stand on a contact. Empty where it is no number. */
export function spellingsOf(wa_id: string): string[] {
  const other = SPELLINGS.find(([spelling]) => spelling.test(wa_id))
  const numbers = [wa_id, ...(other ? [wa_id.replace(...other)] : [])]
  return numbers.map(e164).filter((number) => number !== null)
}
