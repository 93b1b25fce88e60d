// The statistics of a conversation: how actions change them, and how they are shown. Like Intercom, first times and
// counts start with the contact's first message; last times are always stored.
import { type Static, Type } from 'typebox'
import { epoch, fromEpoch, Nullable, named, secondsBetween } from '#http/types.ts'
import { openSeconds } from '#resources/office-hours/calendar.ts'
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
    Type.Object({ team_id: Type.Integer(), team_name: Nullable(Type.String()), response_time: Type.Integer() }),
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
      adjusted_handling_time: Type.Optional(
        Type.Integer({ description: 'The handling time without the time in which the conversation was snoozed.' }),
      ),
    },
    { description: 'Properties of what has not happened yet are absent.' },
  ),
)

/** `team_names`: by id, of the teams in `team_response_times` that still exist. */
type StatisticsRow = ConversationRow & { team_names: Record<string, string> }

export function presentStatistics(row: StatisticsRow): Static<typeof Statistics> {
  const responses = (time: 'response_time' | 'in_office_hours') =>
    row.team_response_times.map((response) => ({
      team_id: Number(response.team_id),
      team_name: row.team_names[response.team_id] ?? null,
      response_time: response[time],
    }))
  return {
    type: 'conversation_statistics',
    ...withoutNulls({
      time_to_assignment: row.time_to_assignment,
      time_to_admin_reply: row.time_to_admin_reply,
      time_to_first_close: row.time_to_first_close,
      time_to_last_close: row.time_to_last_close,
      median_time_to_reply: median(row.reply_times),
      ...Object.fromEntries(TIMES.map((name) => [name, row[name] && epoch(row[name])])),
      last_closed_by_id: row.last_closed_by_id,
      handling_time: handlingTime(row),
      adjusted_handling_time: row.adjusted_handling_time,
    }),
    count_reopens: row.count_reopens,
    count_assignments: row.count_assignments,
    count_conversation_parts: row.count_conversation_parts,
    assigned_team_first_response_time: responses('response_time'),
    assigned_team_first_response_time_in_office_hours: responses('in_office_hours'),
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

/** Returns null until the conversation is closed after its last assignment. */
const handlingTime = ({ adjusted_handling_time, last_assignment_at, last_close_at }: ConversationRow): number | null =>
  adjusted_handling_time === null || !last_assignment_at || !last_close_at
    ? null
    : secondsBetween(last_assignment_at, last_close_at)

/** Returns the seconds between two times that are in office hours; all of them if the workspace has no office hours. */
const workedSeconds = ({ calendar }: ConversationRow, from: Date, to: Date): number =>
  calendar ? openSeconds(calendar, fromEpoch(epoch(from)), fromEpoch(epoch(to))) : secondsBetween(from, to)

/** The same from the contact's first message on; null if there is none. */
const workedSinceStart = (row: ConversationRow, to: Date): number | null =>
  row.first_contact_reply_at && workedSeconds(row, row.first_contact_reply_at, to)

/** More values would hardly change the median. */
const MAX_REPLY_TIMES = 1000

export const contactReplied = (row: ConversationRow, at: Date, type: string): ConversationPatch => ({
  first_contact_reply_at: row.first_contact_reply_at ?? at,
  first_contact_reply_type: row.first_contact_reply_type ?? type,
  last_contact_reply_at: at,
})

export const adminReplied = (row: ConversationRow, at: Date): ConversationPatch => ({
  first_admin_reply_at: row.first_admin_reply_at ?? onceStarted(row, at),
  ...(!row.first_admin_reply_at && hasStarted(row) && { time_to_admin_reply: workedSinceStart(row, at) }),
  last_admin_reply_at: at,
  last_assignment_admin_reply_at: row.last_assignment_at && (row.last_assignment_admin_reply_at ?? at),
  ...(row.waiting_since && {
    reply_times: [...row.reply_times, workedSeconds(row, row.waiting_since, at)].slice(-MAX_REPLY_TIMES),
  }),
  ...teamReplied(row, at),
})

/** The first reply while a team has the conversation: from the assignment on, or from the contact's first message if it is later. */
function teamReplied(row: ConversationRow, at: Date): ConversationPatch {
  const { team_assignee_id: team_id, team_assigned_at, first_contact_reply_at, team_response_times } = row
  if (!team_id || !team_assigned_at || !first_contact_reply_at) return {}
  if (team_response_times.some((response) => response.team_id === team_id)) return {}
  const from = team_assigned_at > first_contact_reply_at ? team_assigned_at : first_contact_reply_at
  const response = { team_id, response_time: secondsBetween(from, at), in_office_hours: workedSeconds(row, from, at) }
  return { team_response_times: [...team_response_times, response] }
}

export const assigned = (row: ConversationRow, at: Date, to: 'admin' | 'team'): ConversationPatch => ({
  ...(row.first_contact_reply_at &&
    !row.first_admin_reply_at && { time_to_assignment: secondsBetween(row.first_contact_reply_at, at) }),
  ...(to === 'team' && { team_assigned_at: at }),
  first_assignment_at: row.first_assignment_at ?? onceStarted(row, at),
  last_assignment_at: at,
  last_assignment_admin_reply_at: null,
  count_assignments: row.count_assignments + hasStarted(row),
})

export const closed = (row: ConversationRow, at: Date, admin_id: string | null): ConversationPatch => ({
  first_close_at: row.first_close_at ?? onceStarted(row, at),
  ...(!row.first_close_at && { time_to_first_close: workedSinceStart(row, at) }),
  last_close_at: at,
  time_to_last_close: workedSinceStart(row, at),
  last_closed_by_id: admin_id,
})

export const reopened = (row: ConversationRow): ConversationPatch => ({
  count_reopens: row.count_reopens + hasStarted(row),
})

export const partsAdded = (row: ConversationRow, count: number): ConversationPatch => ({
  count_conversation_parts: row.count_conversation_parts + hasStarted(row) * count,
})

const hasStarted = ({ first_contact_reply_at }: ConversationRow): 0 | 1 => (first_contact_reply_at ? 1 : 0)
const onceStarted = (row: ConversationRow, at: Date): Date | null => (hasStarted(row) ? at : null)
