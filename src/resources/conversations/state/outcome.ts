// Computes the outcome of an action on a conversation from the table in `transitions.ts`, without side effects.
import { unprocessable } from '#http/errors.ts'
import { type ConversationPatch, type ConversationRow, isTicket } from '../queries.ts'
import type { TicketTopic } from '../tickets/topics.ts'
import type { ConversationTopic } from '../topics.ts'
import { type Assignee, CONDITIONS, EFFECTS, type Effect } from './effects.ts'
import { reopened } from './statistics.ts'
import type { State, Transition } from './transition.ts'
import { type Action, TRANSITIONS } from './transitions.ts'

/** The part, the change and the events of an action: for `record`. */
export type Outcome = {
  part_type: string
  patch: ConversationPatch
  topics: ConversationTopic[]
  /** If the conversation is a ticket, instead of `topics`. */
  ticket_topics: TicketTopic[]
}

type EffectOf<Row> =
  | (Row extends { effects: readonly (infer E)[] } ? E : never)
  | (Row extends { effects_with_body: readonly (infer E)[] } ? E : never)

type NeededBy<E> = E extends Effect
  ? Parameters<(typeof EFFECTS)[E]> extends [unknown, infer Facts]
    ? (facts: Facts) => void
    : never
  : never
type All<Functions> = [Functions] extends [never] ? object : [Functions] extends [(facts: infer F) => void] ? F : never

/** The facts that the effects of an action need: `{ at, closed_by }` for `admin_closes`. */
export type FactsOf<A extends Action> = All<NeededBy<EffectOf<(typeof TRANSITIONS)[A]>>> & Options

type Options = {
  /** The action has a body, which the contacts get as a reply. */
  has_body?: boolean
  /** A snoozed conversation stays snoozed. */
  keeps_snoozed?: boolean
  /** A closed ticket stays closed. */
  keeps_closed?: boolean
}

/** @throws a 422 if the action is refused in the conversation's state. */
export function outcomeOf<A extends Action>(row: ConversationRow, action: A, facts: FactsOf<A>): Outcome {
  const transition: Transition = TRANSITIONS[action]
  const { part, effects = [], effects_with_body = [], topics, topics_from, ticket = {} } = transition
  const { has_body = false, keeps_snoozed = false, keeps_closed = false }: Options = facts
  assertAllowed(row, transition, facts)
  const stays_snoozed = row.state === 'snoozed' && keeps_snoozed
  const stays = stays_snoozed || (row.state === 'closed' && keeps_closed)
  const next = stays ? row.state : stateAfter(row.state, transition)
  const patch = statePatch(row, next)
  for (const name of [...effects, ...(has_body ? effects_with_body : [])])
    Object.assign(patch, EFFECTS[name]({ ...row, ...patch, state: row.state }, facts as never))
  const usual = typeof part === 'string' ? part : part[row.state]
  return {
    part_type: isTicket(row) ? (ticket.part ?? usual) : usual,
    patch,
    topics: [...topics, ...(stays_snoozed ? [] : (topics_from?.[row.state] ?? []))],
    ticket_topics: isTicket(row) ? ticketTopics(ticket, facts) : [],
  }
}

function ticketTopics(
  { topics = [], topics_with_body = [] }: NonNullable<Transition['ticket']>,
  facts: Options & { assignee?: Assignee; from?: Assignee['type'] },
): TicketTopic[] {
  const caused = 'admin' in topics ? topics[facts.assignee?.type ?? facts.from ?? 'admin'] : topics
  return [...caused, ...(facts.has_body ? topics_with_body : [])]
}

function assertAllowed(row: ConversationRow, { refused, refused_if_merged }: Transition, facts: object) {
  if (refused_if_merged && row.merged_into)
    throw unprocessable('parameter_invalid', `The conversation was merged into conversation ${row.merged_into}`)
  const refusal = refused?.[row.state]
  if (!refusal) return
  if (typeof refusal === 'string') throw unprocessable('parameter_invalid', refusal)
  if (CONDITIONS[refusal.if](row, facts)) throw unprocessable('parameter_invalid', refusal.message)
}

const stateAfter = (state: State, transition: Transition): State =>
  typeof transition.state === 'string' ? transition.state : (transition.state?.[state] ?? state)

/** Leaving the snoozed state clears `snoozed_until`; reopening is counted. */
function statePatch(row: ConversationRow, state: State): ConversationPatch {
  if (state === row.state) return {}
  return {
    state,
    ...(row.state === 'snoozed' && { snoozed_until: null }),
    ...(row.state === 'closed' && state === 'open' && reopened(row)),
  }
}
