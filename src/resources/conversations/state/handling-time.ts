// How long a conversation was handled: from its last assignment to the close that followed, without the time in which it was
// snoozed.
import { secondsBetween } from '#http/types.ts'
import type { ConversationPatch, ConversationRow } from '../queries.ts'

/** Returns what an action at this time, which changes the conversation by `patch`, changes besides. */
export function handled(before: ConversationRow, patch: ConversationPatch, at: Date): ConversationPatch {
  const { last_assignment_at, last_close_at } = patch
  const woken = before.state === 'snoozed' && patch.state !== undefined && patch.state !== 'snoozed'
  const falls_asleep = before.state !== 'snoozed' && patch.state === 'snoozed'
  const last_snooze = woken && before.snoozed_since ? secondsBetween(before.snoozed_since, at) : 0
  const snoozed_seconds = last_assignment_at ? 0 : before.snoozed_seconds + last_snooze
  return {
    ...(woken && { snoozed_since: null }),
    ...(falls_asleep && { snoozed_since: at }),
    ...((woken || last_assignment_at) && { snoozed_seconds }),
    ...(last_assignment_at && { adjusted_handling_time: null }),
    ...(last_close_at && {
      adjusted_handling_time: adjusted(before.last_assignment_at, last_close_at, snoozed_seconds),
    }),
  }
}

const adjusted = (from: Date | null, to: Date, snoozed_seconds: number): number | null =>
  from ? Math.max(0, secondsBetween(from, to) - snoozed_seconds) : null
