// A time, as its age; the exact time shows when one points at it.
import { ageOf, exactTime } from '../shared/time.ts'

/** `at` in Unix seconds; null shows `none`. */
export const Ago = ({ at, none = '' }: { at: number | null | undefined; none?: string }) =>
  at ? (
    <time dateTime={new Date(at * 1000).toISOString()} title={exactTime(at)}>
      {ageOf(at)}
    </time>
  ) : (
    <span class="quiet">{none}</span>
  )
