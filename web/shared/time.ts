// Times as people read them: relative for a week, then dates.
import { signal } from '@preact/signals'

/** Unix seconds; moves every ten seconds, so that ages on a page grow. */
export const now = signal(seconds())
setInterval(() => {
  now.value = seconds()
}, 10_000)

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

const STEPS: [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [3_600, 60, 'minute'],
  [86_400, 3_600, 'hour'],
  [7 * 86_400, 86_400, 'day'],
]
const RELATIVE = new Intl.RelativeTimeFormat('en', { style: 'narrow', numeric: 'always' })
const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })
const EXACT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'long' })
const CLOCK = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' })

/** `at` in Unix seconds → `now`, `5 min ago`, `in 2 h`, `Mar 3, 2026`. */
export function ageOf(at: number, today = now.value): string {
  const difference = at - today
  const distance = Math.abs(difference)
  if (distance < 45) return difference > 10 ? `in ${difference} s` : 'now'
  for (const [limit, size, unit] of STEPS)
    if (distance < limit) return RELATIVE.format(Math.trunc(difference / size) || Math.sign(difference), unit)
  return DATE.format(at * 1000)
}

/** With date, time to the second and time zone. */
export const exactTime = (at: number): string => EXACT.format(at * 1000)

/** The time of day, to the second. */
export const clockTime = (at: number): string => CLOCK.format(at * 1000)
