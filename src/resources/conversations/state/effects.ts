// What actions change in a conversation besides its state. Each effect says which facts of the action it needs.
import type { ConversationPatch, ConversationRow } from '../queries.ts'
import { adminReplied, assigned, closed, contactReplied } from './statistics.ts'

export type Assignee = { type: 'admin' | 'team'; id: string }

const SLOTS = { admin: 'admin_assignee_id', team: 'team_assignee_id' } as const

export const EFFECTS = {
  /** No teammate has read it yet. */
  becomes_unread: () => ({ read: false }),
  /** The contact waits from the first message without an answer on; a closed conversation starts anew. */
  contact_waits: (row, { at }: { at: Date }) => ({
    waiting_since: row.state === 'closed' ? at : (row.waiting_since ?? at),
  }),
  contact_replied: (row, { at, source_type }: { at: Date; source_type: string }) =>
    contactReplied(row, at, source_type),
  /** The contact has an answer and no longer waits. */
  contact_answered: (row, { at }: { at: Date }) => ({ waiting_since: null, ...adminReplied(row, at) }),
  /** The bot answered: the contact no longer waits, but no teammate has replied. */
  bot_answered: () => ({ waiting_since: null }),
  /** `closed_by` null: by no admin. */
  closed: (row, { at, closed_by }: { at: Date; closed_by: string | null }) => closed(row, at, closed_by),
  /** A contact who waits in the other conversation now waits here; what nobody has read there is unread here. */
  takes_over_waiting: (row, { other }: { other: ConversationRow }) => ({
    waiting_since: earlier(row.waiting_since, other.state === 'closed' ? null : other.waiting_since),
    read: row.read && (other.read || other.state === 'closed'),
  }),
  snoozed_until: (_row, { until }: { until: Date }) => ({ snoozed_until: until }),
  /** The admin and the team are two slots: assigning one leaves the other. */
  assigned: (row, { at, assignee }: { at: Date; assignee: Assignee }) => ({
    ...assigned(row, at, assignee.type),
    ...waitsNoLonger(row),
    [SLOTS[assignee.type]]: assignee.id,
  }),
  unassigned: (row, { from }: { from: Assignee['type'] }) => ({
    ...waitsNoLonger(row),
    ...(from === 'team' && row.team_assigned_at && { team_assigned_at: null }),
    [SLOTS[from]]: null,
  }),
  ticket_state: (row, { ticket_state_id }: { ticket_state_id: string }) => ({
    ticket_state_id,
    previous_ticket_state_id: row.ticket_state_id,
  }),
  priority: (_row, { priority }: { priority: ConversationRow['priority'] }) => ({ priority }),
} satisfies Record<string, (row: ConversationRow, facts: never) => ConversationPatch>

/** An admin chose the assignee, or nobody: the conversation no longer waits for a member of its team. */
const waitsNoLonger = ({ awaits_assignee_since }: ConversationRow): ConversationPatch =>
  awaits_assignee_since ? { awaits_assignee_since: null } : {}

const earlier = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b))

export type Effect = keyof typeof EFFECTS

export const CONDITIONS = {
  has_assignee: (row, { assignee }: { assignee?: Assignee }) => !!assignee && row[SLOTS[assignee.type]] === assignee.id,
} satisfies Record<string, (row: ConversationRow, facts: never) => boolean>

export type Condition = keyof typeof CONDITIONS
