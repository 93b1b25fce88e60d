// Changes the state of a ticket, and tells its contacts and the conversations that it is linked to.
import { badRequest } from '#http/errors.ts'
import { escapeHtml } from '#lib/html.ts'
import { holdTypeAndState, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import type { StateRow } from '#resources/ticket-types/states/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { isTicket, type TicketRow } from '../queries.ts'
import { notifyContacts } from '../replies/notify.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type Recorded, record } from '../state/record.ts'
import { insertIntoLinked } from './queries.ts'

type Change = {
  type: TicketTypeRow
  /** The former type, if that changes, too. Default: `type`. */
  from?: TicketTypeRow
  state: StateRow
  created_at: Date
  /** Default: the contacts of a shared ticket are told if the label that they see changes. */
  skip_notifications?: boolean | undefined
  keeps_closed?: boolean
}

/** `ticket` must be locked. @throws a 400 if the type does not have the state; a 422 if the ticket was merged. */
export async function changeState(
  workspace: Workspace,
  ticket: TicketRow,
  { type, from: former = type, state, created_at, skip_notifications = false, keeps_closed = false }: Change,
): Promise<Recorded> {
  if (!(await holdTypeAndState(workspace, type.id, state.id))) throw noSuchState()
  const from = former.states.find(({ id }) => id === ticket.ticket_state_id)
  const is_resolved = state.category === 'resolved' && from?.category !== 'resolved'
  const action = is_resolved ? 'ticket_is_resolved' : 'ticket_state_changes'
  const is_told = !skip_notifications && ticket.is_shared && state.external_label !== from?.external_label
  const recorded = await record(
    workspace,
    ticket,
    outcomeOf(ticket, action, { ticket_state_id: state.id, keeps_closed }),
    {
      author: { type: 'bot' },
      ticket_change: {
        ticket_state: state.category,
        previous_ticket_state: from?.category ?? state.category,
        ...(is_told && { notice: noticeOf(type, ticket, state) }),
      },
      created_at,
    },
  )
  if (is_told) await notifyContacts(workspace, recorded.conversation, recorded.part_id)
  if (type.category !== 'Customer') await tellLinked(workspace, ticket, { state, from, created_at })
  return recorded
}

export const noSuchState = () =>
  badRequest('ticket_state_id_invalid', 'Ticket state id is not valid or is not associated with the ticket type')

/** Returns a value of the title or the description; empty if there is none. */
export function defaultText(
  { attributes }: Pick<TicketTypeRow, 'attributes'>,
  values: Record<string, unknown>,
  name: '_default_title_' | '_default_description_',
): string {
  const attribute = attributes.find((one) => one.is_default && one.name === name)
  const value = attribute && values[attribute.id]
  return typeof value === 'string' ? value : ''
}

const noticeOf = (type: TicketTypeRow, ticket: TicketRow, { external_label }: StateRow): string => {
  const title = defaultText(type, ticket.ticket_attributes, '_default_title_') || type.name
  return `<p>${escapeHtml(title)}: <b>${escapeHtml(external_label)}</b></p>`
}

/** A change of a Back-office or Tracker ticket is an event in what it is linked to. */
const tellLinked = (
  workspace: Workspace,
  { id, ticket_number }: TicketRow,
  { state, from, created_at }: Pick<Change, 'state' | 'created_at'> & { from: StateRow | undefined },
) =>
  insertIntoLinked(workspace, id, {
    part_type: 'ticket_state_updated_by_admin',
    event_details: {
      ticket: { id, ticket_id: String(ticket_number) },
      attribute: { name: 'Ticket state' },
      value: { name: state.internal_label, previous: from?.internal_label ?? null },
    },
    created_at,
  })

/** The contact has answered what was waited for. `ticket` must be locked. Returns the ids of the new parts. */
export async function workOnAnswered(
  workspace: Workspace,
  ticket: TicketRow,
  type: TicketTypeRow,
  created_at: Date,
): Promise<Recorded | undefined> {
  const is_waiting = type.states.find(({ id }) => id === ticket.ticket_state_id)?.category === 'waiting_on_customer'
  const state = is_waiting ? firstOf(type, 'in_progress') : undefined
  return state && changeState(workspace, ticket, { type, state, created_at, skip_notifications: true })
}

/** Returns the default state of a category, or else the oldest one that the type has. */
export function firstOf({ states }: TicketTypeRow, category: StateRow['category']): StateRow | undefined {
  const live = states.filter((state) => state.category === category && !state.archived)
  return live.find(({ is_default }) => is_default) ?? live[0]
}

export const asTicket = (row: Recorded['conversation']): TicketRow => {
  if (!isTicket(row)) throw new Error(`Conversation ${row.id} is no ticket`)
  return row
}
