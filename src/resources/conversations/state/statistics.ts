// The statistics of a conversation: how actions change them, and how they are shown. Like Intercom, first times and
// counts start with the contact's first message; last times are always stored.
import { type Static, Type } from 'typebox'
import { epoch, named } from '#http/types.ts'
import type { ConversationPatch, ConversationRow } from '../queries.ts'

/** The columns with the first and last times of actions. */
export const TIMES = [
  'first_contact_reply_at',
  'first_assignment_at',
  'first_admin_reply_at',
  'first_close_at',
  'last_assignment_at',
  'last_assignment_admin_reply_at',
  'last_contact_reply_at',
  'last_admin_reply_at',
  'last_close_at',
] as const

const Seconds = Type.Optional(Type.Integer())
const ResponseTimes = Type.Array(
  named(
    'conversation_response_time',
    Type.Object({ team_id: Type.Integer(), team_name: Type.String(), response_time: Type.Integer() }),
  ),
)

export const Statistics = named(
  'conversation_statistics',
  Type.Object(
    {
      type: Type.Literal('conversation_statistics'),
      time_to_assignment: Seconds,
      time_to_admin_reply: Seconds,
      time_to_first_close: Seconds,
      time_to_last_close: Seconds,
      median_time_to_reply: Seconds,
      ...(Object.fromEntries(TIMES.map((name) => [name, Seconds])) as Record<(typeof TIMES)[number], typeof Seconds>),
      last_closed_by_id: Type.Optional(Type.String()),
      count_reopens: Type.Integer(),
      count_assignments: Type.Integer(),
      count_conversation_parts: Type.Integer(),
      assigned_team_first_response_time: ResponseTimes,
      assigned_team_first_response_time_in_office_hours: ResponseTimes,
      handling_time: Seconds,
    },
    { description: 'Properties of what has not happened yet are absent.' },
  ),
)

export function presentStatistics(row: ConversationRow): Static<typeof Statistics> {
  const since = (from: Date | null, to: Date | null) => (from && to ? secondsBetween(from, to) : null)
  const sinceFirstReply = (to: Date | null) => since(row.first_contact_reply_at, to)
  return {
    type: 'conversation_statistics',
    ...withoutNulls({
      time_to_assignment: sinceFirstReply(row.first_assignment_at),
      time_to_admin_reply: sinceFirstReply(row.first_admin_reply_at),
      time_to_first_close: sinceFirstReply(row.first_close_at),
      time_to_last_close: sinceFirstReply(row.last_close_at),
      median_time_to_reply: median(row.reply_times),
      ...Object.fromEntries(TIMES.map((name) => [name, row[name] && epoch(row[name])])),
      last_closed_by_id: row.last_closed_by_id,
      handling_time: isAfter(row.last_close_at, row.last_assignment_at)
        ? since(row.last_assignment_at, row.last_close_at)
        : null,
    }),
    count_reopens: row.count_reopens,
    count_assignments: row.count_assignments,
    count_conversation_parts: row.count_conversation_parts,
    assigned_team_first_response_time: [],
    assigned_team_first_response_time_in_office_hours: [],
  }
}

const withoutNulls = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))

function median(values: readonly number[]): number | null {
  if (!values.length) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return Math.round((sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2)
}

const isAfter = (a: Date | null, b: Date | null): boolean => a !== null && b !== null && a >= b
const secondsBetween = (from: Date, to: Date): number => Math.max(0, epoch(to) - epoch(from))

/** More values would hardly change the median. */
const MAX_REPLY_TIMES = 1000

export const contactReplied = (row: ConversationRow, at: Date, type: string): ConversationPatch => ({
  first_contact_reply_at: row.first_contact_reply_at ?? at,
  first_contact_reply_type: row.first_contact_reply_type ?? type,
  last_contact_reply_at: at,
})

export const adminReplied = (row: ConversationRow, at: Date): ConversationPatch => ({
  first_admin_reply_at: row.first_admin_reply_at ?? onceStarted(row, at),
  last_admin_reply_at: at,
  last_assignment_admin_reply_at: row.last_assignment_at && (row.last_assignment_admin_reply_at ?? at),
  ...(row.waiting_since && {
    reply_times: [...row.reply_times, secondsBetween(row.waiting_since, at)].slice(-MAX_REPLY_TIMES),
  }),
})

export const assigned = (row: ConversationRow, at: Date): ConversationPatch => ({
  first_assignment_at: row.first_assignment_at ?? onceStarted(row, at),
  last_assignment_at: at,
  last_assignment_admin_reply_at: null,
  count_assignments: row.count_assignments + hasStarted(row),
})

export const closed = (row: ConversationRow, at: Date, admin_id: string | null): ConversationPatch => ({
  first_close_at: row.first_close_at ?? onceStarted(row, at),
  last_close_at: at,
  last_closed_by_id: admin_id,
})

export const reopened = (row: ConversationRow): ConversationPatch => ({
  count_reopens: row.count_reopens + hasStarted(row),
})

export const partAdded = (row: ConversationRow): ConversationPatch => ({
  count_conversation_parts: row.count_conversation_parts + hasStarted(row),
})

const hasStarted = ({ first_contact_reply_at }: ConversationRow): 0 | 1 => (first_contact_reply_at ? 1 : 0)
const onceStarted = (row: ConversationRow, at: Date): Date | null => (hasStarted(row) ? at : null)
