// What a conversation must show, told from its source and its parts alone: a second, slow definition for tests.

// biome-ignore lint/suspicious/noExplicitAny: it reads a conversation as it is on the wire
type Wire = any

/** Office hours for tests: `opens` to `closes`, in hours of the day from Monday to Friday. */
export type Hours = { zone: string; opens: number; closes: number }

/** Counts the seconds of a time that are within the hours, one quarter of an hour after the other. */
export function openTime({ zone, opens, closes }: Hours): (from: number, to: number) => number {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  const known = new Map<number, boolean>()
  const isOpen = (quarter: number): boolean => {
    const seen = known.get(quarter)
    if (seen !== undefined) return seen
    const parts = clock.formatToParts(quarter * 900_000)
    const part = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
    const hour = Number(part('hour'))
    const open = !['Sat', 'Sun'].includes(part('weekday')) && hour >= opens && hour < closes
    known.set(quarter, open)
    return open
  }
  return (from, to) => {
    let seconds = 0
    for (let quarter = Math.floor(from / 900); quarter * 900 < to; quarter++)
      if (isOpen(quarter)) seconds += Math.min(to, (quarter + 1) * 900) - Math.max(from, quarter * 900)
    return seconds
  }
}

const ASSIGNMENTS = [
  ...['assignment', 'assign_and_reopen', 'assign_and_unsnooze', 'default_assignment', 'balanced_assignment'],
]
const isReply = ({ part_type, author, body }: Wire) =>
  author.type === 'admin' &&
  (['comment', 'quick_reply'].includes(part_type) || (body && [...ASSIGNMENTS, 'close'].includes(part_type)))
const isByContact = ({ author, part_type, body }: Wire) =>
  ['user', 'lead'].includes(author.type) && ['comment', 'open'].includes(part_type) && body

/**
 * Returns state, assignees, teammates and statistics of a conversation that a contact began. `seconds` counts in office hours. A
 * team whose conversation is unassigned by hand cannot be told from the parts: leave that out.
 */
export function modelOf(
  { source, created_at, conversation_parts }: Wire,
  seconds: (from: number, to: number) => number,
) {
  const parts: Wire[] = conversation_parts.conversation_parts
  const is = (wanted: (part: Wire) => boolean) => parts.filter(wanted)
  const at = (part: Wire | undefined): number | undefined => part?.created_at
  const replies = is(isReply)
  const assignments = is(({ part_type, assigned_to }) => ASSIGNMENTS.includes(part_type) && assigned_to)
  const closes = is(({ part_type }) => part_type === 'close')
  const contact = [created_at, ...is(isByContact).map(at)] as number[]
  const start = created_at
  const last_assignment = assignments.at(-1)
  const index = (part: Wire) => parts.indexOf(part)
  const worked = (part: Wire | undefined) => part && seconds(start, part.created_at)
  const last_close = closes.at(-1)
  const is_handled = last_close && last_assignment && index(last_close) > index(last_assignment)
  const closer = last_close?.author

  let waiting: number | null = start
  let state = 'open'
  let reopens = 0
  const times: number[] = []
  for (const part of parts) {
    if (isByContact(part)) waiting = state === 'closed' ? part.created_at : (waiting ?? part.created_at)
    if (state === 'closed' && part.state === 'open') reopens++
    state = part.state
    if (!isReply(part)) continue
    if (waiting !== null) times.push(seconds(waiting, part.created_at))
    waiting = null
  }
  const sorted = times.sort((a, b) => a - b)
  const middle = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [number, number]

  const before_reply = replies[0] ? assignments.filter((part) => index(part) <= index(replies[0])) : assignments
  const slot = (type: 'admin' | 'team') => {
    const changes = is(({ part_type, assigned_to }) =>
      assigned_to
        ? assigned_to.type === type
        : type === 'admin' && /^away_mode_assignment$|^assignment$/.test(part_type),
    )
    return Number(changes.at(-1)?.assigned_to?.id ?? 0)
  }
  const times_of = (count: (from: number, to: number) => number) => {
    const seen = new Set<string>()
    const toTeams = assignments.filter(({ assigned_to }) => assigned_to.type === 'team')
    return toTeams.flatMap((assignment, n) => {
      const next = toTeams[n + 1]
      const end = next ? index(next) : parts.length
      const reply = replies.find((part) => index(part) >= index(assignment) && index(part) < end)
      if (!reply || seen.has(assignment.assigned_to.id)) return []
      seen.add(assignment.assigned_to.id)
      return [
        { team_id: Number(assignment.assigned_to.id), response_time: count(assignment.created_at, reply.created_at) },
      ]
    })
  }
  let snoozed = 0
  if (is_handled) {
    const handled = parts.slice(index(last_assignment), index(last_close) + 1)
    for (const [n, part] of handled.entries())
      if (part.state === 'snoozed' && handled[n + 1]) snoozed += handled[n + 1].created_at - part.created_at
  }
  const handling_time = is_handled ? last_close.created_at - last_assignment.created_at : undefined
  const statistics = {
    type: 'conversation_statistics',
    time_to_assignment: before_reply.length ? before_reply.at(-1).created_at - start : undefined,
    time_to_admin_reply: worked(replies[0]),
    time_to_first_close: worked(closes[0]),
    time_to_last_close: worked(last_close),
    median_time_to_reply: times.length ? Math.round((middle[0] + middle[1]) / 2) : undefined,
    first_contact_reply_at: start,
    first_assignment_at: at(assignments[0]),
    first_admin_reply_at: at(replies[0]),
    first_close_at: at(closes[0]),
    last_assignment_at: at(last_assignment),
    last_assignment_admin_reply_at:
      last_assignment && at(replies.find((part) => index(part) >= index(last_assignment))),
    last_contact_reply_at: contact.at(-1),
    last_admin_reply_at: at(replies.at(-1)),
    last_close_at: at(last_close),
    last_closed_by_id: closer?.type === 'admin' ? closer.id : undefined,
    count_reopens: reopens,
    count_assignments: assignments.length,
    count_conversation_parts: parts.length,
    assigned_team_first_response_time: times_of((from, to) => to - from),
    assigned_team_first_response_time_in_office_hours: times_of(seconds),
    handling_time,
    adjusted_handling_time: handling_time === undefined ? undefined : handling_time - snoozed,
  }
  return {
    state,
    open: state !== 'closed',
    waiting_since: waiting,
    first_contact_reply: { created_at: start, type: source.type, url: source.url },
    admin_assignee_id: slot('admin'),
    team_assignee_id: slot('team'),
    teammates: [...new Set(is(({ author }) => author.type === 'admin').map(({ author }) => author.id))],
    statistics: Object.fromEntries(Object.entries(statistics).filter(([, value]) => value !== undefined)),
  }
}

/** Returns the same of a conversation as the API shows it. */
export const shownOf = (conversation: Wire): ReturnType<typeof modelOf> => ({
  state: conversation.state,
  open: conversation.open,
  waiting_since: conversation.waiting_since,
  first_contact_reply: conversation.first_contact_reply,
  admin_assignee_id: conversation.admin_assignee_id,
  team_assignee_id: conversation.team_assignee_id,
  teammates: conversation.teammates.admins.map(({ id }: Wire) => id),
  statistics: Object.fromEntries(
    Object.entries(conversation.statistics as Record<string, Wire>).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(({ team_id, response_time }) => ({ team_id, response_time })) : value,
    ]),
  ),
})
