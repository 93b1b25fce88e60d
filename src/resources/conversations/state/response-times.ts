// What each act adds to the figures that tell how fast a conversation was handled.
// What Intercom calls first and counts begins with the contact's first message; what it calls last is always kept.
import { epoch } from '#http/types.ts'
import type { Change, ConversationRow } from '../queries.ts'

/** A median of more would move no more. */
const MOST_REPLY_TIMES = 1000

export const contactReplied = (row: ConversationRow, at: Date, type: string): Change => ({
  first_contact_reply_at: row.first_contact_reply_at ?? at,
  first_contact_reply_type: row.first_contact_reply_type ?? type,
  last_contact_reply_at: at,
})

export const adminReplied = (row: ConversationRow, at: Date): Change => ({
  first_admin_reply_at: row.first_admin_reply_at ?? onceBegun(row, at),
  last_admin_reply_at: at,
  last_assignment_admin_reply_at: row.last_assignment_at && (row.last_assignment_admin_reply_at ?? at),
  ...(row.waiting_since && {
    reply_times: [...row.reply_times, secondsBetween(row.waiting_since, at)].slice(-MOST_REPLY_TIMES),
  }),
})

export const assigned = (row: ConversationRow, at: Date): Change => ({
  first_assignment_at: row.first_assignment_at ?? onceBegun(row, at),
  last_assignment_at: at,
  last_assignment_admin_reply_at: null,
  count_assignments: row.count_assignments + begun(row),
})

export const closed = (row: ConversationRow, at: Date, admin_id: string | null): Change => ({
  first_close_at: row.first_close_at ?? onceBegun(row, at),
  last_close_at: at,
  last_closed_by_id: admin_id,
})

export const reopened = (row: ConversationRow): Change => ({ count_reopens: row.count_reopens + begun(row) })

export const gainedPart = (row: ConversationRow): Change => ({
  count_conversation_parts: row.count_conversation_parts + begun(row),
})

const begun = ({ first_contact_reply_at }: ConversationRow): 0 | 1 => (first_contact_reply_at ? 1 : 0)
const onceBegun = (row: ConversationRow, at: Date): Date | null => (begun(row) ? at : null)

const secondsBetween = (from: Date, to: Date): number => Math.max(0, epoch(to) - epoch(from))
