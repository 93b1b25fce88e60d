// What an action on a conversation means: the type of a row of the state machine.
import type { ConversationRow } from '../queries.ts'
import type { TicketTopic } from '../tickets/topics.ts'
import type { ConversationTopic } from '../topics.ts'
import type { Assignee, Condition, Effect } from './effects.ts'

export type State = ConversationRow['state']

export type Transition = {
  /** The `part_type`, or one for each state that the conversation can be in. */
  part: string | Record<State, string>
  /** The state that follows; a state that is not listed stays; absent: every state stays. */
  state?: State | Partial<Record<State, State>>
  /** What changes besides: see `effects.ts`. Leaving a state clears `snoozed_until`; reopening is counted. */
  effects?: readonly Effect[]
  /** What changes besides if the action has a body, which the contacts get as a reply. */
  effects_with_body?: readonly Effect[]
  topics: readonly ConversationTopic[]
  /** What differs for a ticket. Default: the same part, and no topics. */
  ticket?: TicketTransition
  /** Topics that follow, from one state only. */
  topics_from?: Partial<Record<State, readonly ConversationTopic[]>>
  /** Refused with a 422 after a merge, because the other conversation is left. */
  refused_if_merged?: true
  /** The 422 for a state in which the action is refused, always or if a condition holds. */
  refused?: Partial<Record<State, string | { if: Condition; message: string }>>
}

type TicketTransition = {
  part?: string
  /** By the type of the assignee, if the action has one. */
  topics?: readonly TicketTopic[] | Record<Assignee['type'], readonly TicketTopic[]>
  topics_with_body?: readonly TicketTopic[]
}
