// What each act makes of a conversation: the kind of part it leaves, what it changes, and what is told of it.
// Pure: a conversation and an act in, the outcome out.
import { unprocessable } from '#http/errors.ts'
import type { Change, ConversationRow } from '../queries.ts'
import type { ConversationTopic } from '../topics.ts'
import { adminReplied, assigned, closed, contactReplied, reopened } from './statistics.ts'

export type Outcome = { part_type: string; change: Change; topics: ConversationTopic[] }

const AWAKE: Change = { state: 'open', snoozed_until: null }

/** A contact writes: whatever the state was, the conversation is open again, and the contact waits. */
export const contactWrites = (row: ConversationRow, at: Date, channel: string): Outcome => ({
  part_type: row.state === 'closed' ? 'open' : 'comment',
  change: {
    ...AWAKE,
    read: false,
    waiting_since: row.state === 'closed' ? at : (row.waiting_since ?? at),
    ...(row.state === 'closed' && reopened(row)),
    ...contactReplied(row, at, channel),
  },
  topics: ['conversation.user.replied'],
})

/** An admin answers. What is closed stays closed; what is snoozed wakes, unless asked not to. */
export const adminAnswers = (
  row: ConversationRow,
  at: Date,
  { part_type = 'comment', unsnooze = true }: { part_type?: 'comment' | 'quick_reply'; unsnooze?: boolean } = {},
): Outcome => unsnoozing(row, unsnooze, { part_type, change: answer(row, at), topics: ['conversation.admin.replied'] })

/** A note is for teammates: the contact goes on waiting. */
export const adminNotes = (row: ConversationRow, { unsnooze = true } = {}): Outcome =>
  unsnoozing(row, unsnooze, { part_type: 'note', change: {}, topics: ['conversation.admin.noted'] })

/** With a last word, which is an answer, or without. */
export function adminCloses(row: ConversationRow, at: Date, admin_id: string, { answers = false } = {}): Outcome {
  if (row.state === 'closed') throw refused('The conversation is already closed')
  return {
    part_type: 'close',
    change: { state: 'closed', snoozed_until: null, ...(answers && answer(row, at)), ...closed(row, at, admin_id) },
    topics: ['conversation.admin.closed'],
  }
}

export function adminOpens(row: ConversationRow): Outcome {
  if (row.state === 'open') throw refused('The conversation is already open')
  return {
    part_type: 'open',
    change: { ...AWAKE, ...(row.state === 'closed' && reopened(row)) },
    topics: ['conversation.admin.opened', ...(row.state === 'snoozed' ? [UNSNOOZED] : [])],
  }
}

export const adminSnoozes = (until: Date): Outcome => ({
  part_type: 'snoozed',
  change: { state: 'snoozed', snoozed_until: until },
  topics: ['conversation.admin.snoozed'],
})

export type Assignee = { type: 'admin' | 'team'; id: string }

/** Gives the conversation to an admin or a team; the other of the two stays. Whoever gets it finds it open. */
export function assigns(row: ConversationRow, at: Date, assignee: Assignee, { answers = false } = {}): Outcome {
  const slot = SLOTS[assignee.type]
  if (row.state === 'open' && row[slot] === assignee.id) {
    throw refused('The conversation is already assigned to the specified assignee')
  }
  return {
    part_type: { open: 'assignment', closed: 'assign_and_reopen', snoozed: 'assign_and_unsnooze' }[row.state],
    change: {
      ...AWAKE,
      ...(row.state === 'closed' && reopened(row)),
      ...(answers && answer(row, at)),
      ...assigned(row, at),
      [slot]: assignee.id,
    },
    topics: ['conversation.admin.assigned', 'conversation.admin.open.assigned', ...RAISED[row.state]],
  }
}

/** Takes the conversation from whoever has it, and leaves it in the state it is in. */
export const unassigns = (
  row: ConversationRow,
  type: Assignee['type'],
  at: Date,
  { answers = false } = {},
): Outcome => ({
  part_type: 'assignment',
  change: { [SLOTS[type]]: null, ...(answers && answer(row, at)) },
  topics: ['conversation.admin.assigned'],
})

/** The admin who has it is away, and wants new replies to go to others. */
export const givesUpForAbsence = (): Outcome => ({
  part_type: 'away_mode_assignment',
  change: { admin_assignee_id: null },
  topics: ['conversation.admin.assigned'],
})

/** A contact comes along; the conversation stays as it is. */
export const contactJoins = (): Outcome => ({
  part_type: 'participant_added',
  change: {},
  topics: ['conversation.contact.attached'],
})

/** Another conversation takes this one's place. */
export const isSuperseded = (row: ConversationRow, at: Date): Outcome => ({
  part_type: 'close',
  change: { state: 'closed', snoozed_until: null, ...closed(row, at, null) },
  topics: ['conversation.admin.closed'],
})

export const changesPriority = (priority: ConversationRow['priority']): Outcome => ({
  part_type: 'priority_changed',
  change: { priority },
  topics: ['conversation.priority.updated'],
})

const SLOTS = { admin: 'admin_assignee_id', team: 'team_assignee_id' } as const
const UNSNOOZED: ConversationTopic = 'conversation.admin.unsnoozed'

/** What is told where an assignment opens or wakes the conversation. */
const RAISED: Record<ConversationRow['state'], ConversationTopic[]> = {
  open: [],
  closed: ['conversation.admin.opened'],
  snoozed: [UNSNOOZED],
}

const answer = (row: ConversationRow, at: Date): Change => ({ waiting_since: null, ...adminReplied(row, at) })

const unsnoozing = (row: ConversationRow, unsnooze: boolean, outcome: Outcome): Outcome =>
  row.state === 'snoozed' && unsnooze
    ? { ...outcome, change: { ...outcome.change, ...AWAKE }, topics: [...outcome.topics, UNSNOOZED] }
    : outcome

const refused = (message: string) => unprocessable('parameter_invalid', message)
