// Recognizes attributions: the line above a quote that says who wrote it when.
import { hasAddress, hasDateAndTime } from './header-block.ts'
import { saysWrote } from './mailer-words.ts'

export const MAX_ATTRIBUTION = 400

const A_TIME = /\d{1,2}[:.hH時点]\d{2}|\b(19|20)\d\d\b/

/** Yandex and others write no verb: `06.05.2024, 10:15, "Ann" <ann@example.com>:`. */
const ENDS_WITH_ADDRESS = /<[^<>@\s]{1,64}@[^<>@\s]{1,253}>\s*[:：]\s*$/

export function isAttribution(text: string): boolean {
  if (text.length > MAX_ATTRIBUTION || !/[:：]\s*$/.test(text.slice(-3))) return false
  if (ENDS_WITH_ADDRESS.test(text) && hasDateAndTime(text)) return true
  return saysWrote(text) && (A_TIME.test(text) || text.includes('@'))
}

/** For lines above quote marks: no verb is needed. */
export const couldBeAttribution = (text: string): boolean => A_TIME.test(text) && text.includes('@')

/** Whether the attribution has both an address and a date with a time: nobody writes that by hand. */
export const isCertainAttribution = (text: string): boolean =>
  isAttribution(text) && hasAddress(text) && hasDateAndTime(text)
