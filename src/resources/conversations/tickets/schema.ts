// The schemas of a ticket and its parts: the same rows as a conversation's, under the names of tickets.
import { type Static, Type } from 'typebox'
import { epoch, Nullable, named } from '#http/types.ts'
import { ShownAttachment } from '#resources/attachments/schema.ts'
import { ContactReference } from '#resources/references.ts'
import { showValues } from '#resources/ticket-types/attributes/values.ts'
import { CATEGORIES, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { presentTicketType, TicketType } from '#resources/ticket-types/schema.ts'
import { STATE_CATEGORIES } from '#resources/ticket-types/states/queries.ts'
import { presentState, TicketState } from '#resources/ticket-types/states/schema.ts'
import { ChangedMeanwhile, type Workspace } from '#workspaces/workspace.ts'
import type { Display } from '../display.ts'
import { LinkedObjects, presentLinked } from '../linked-objects.ts'
import type { ShownRow } from '../list-queries.ts'
import { asPart } from '../parts/first-message.ts'
import type { PartRow } from '../parts/queries.ts'
import { PartAssignee } from '../parts/schema.ts'
import type { TicketRow } from '../queries.ts'
import { UpdatedAttribute } from './change.ts'

const Category = Type.Enum([...STATE_CATEGORIES])

export const TicketPart = named(
  'ticket_part',
  Type.Object({
    type: Type.Literal('ticket_part'),
    id: Type.String(),
    part_type: Type.String(),
    body: Type.Optional(Type.String()),
    previous_ticket_state: Type.Optional(Category),
    ticket_state: Type.Optional(Category),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    assigned_to: Type.Optional(PartAssignee),
    author: named(
      'ticket_part_author',
      Type.Object({
        id: Type.String(),
        type: Type.Enum(['admin', 'bot', 'user'], { description: 'A lead is a user, too.' }),
        name: Nullable(Type.String()),
        email: Type.String({ description: 'Empty if a lead has none.' }),
      }),
    ),
    attachments: Type.Array(ShownAttachment),
    redacted: Type.Boolean(),
    updated_attribute_data: Type.Optional(UpdatedAttribute),
    external_id: Type.Optional(Type.String({ description: 'Absent: parts come from no other system.' })),
    app_package_code: Type.Optional(Type.String({ description: 'Absent: a token belongs to no app.' })),
    translations: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Absent: there are no translations.' }),
    ),
  }),
)

export const Ticket = named(
  'ticket',
  Type.Object({
    type: Type.Literal('ticket'),
    id: Type.String(),
    ticket_id: Type.String({ description: 'The number that people see. It is not the id in paths.' }),
    category: Type.Enum([...CATEGORIES]),
    ticket_attributes: Type.Record(Type.String(), Type.Unknown(), { description: 'All of the type, by name.' }),
    ticket_state: TicketState,
    ticket_type: TicketType,
    contacts: named(
      'ticket_contacts',
      Type.Object({ type: Type.Literal('contact.list'), contacts: Type.Array(ContactReference) }),
    ),
    admin_assignee_id: Type.Integer({ description: '0 if no admin is assigned.' }),
    team_assignee_id: Type.Integer({ description: '0 if no team is assigned.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    open: Type.Boolean({ description: 'Also true for a snoozed ticket. It does not follow the state.' }),
    snoozed_until: Type.Optional(Type.Integer({ description: 'Absent if the ticket is not snoozed.' })),
    linked_objects: LinkedObjects,
    ticket_parts: named(
      'ticket_part_list',
      Type.Object({
        type: Type.Literal('ticket_part.list'),
        ticket_parts: Type.Array(TicketPart, { description: 'The newest 500; fewer in a long list of tickets.' }),
        total_count: Type.Integer(),
      }),
    ),
    is_shared: Type.Boolean({ description: 'Whether the contacts see it.' }),
    previous_ticket_state_id: Nullable(Type.String()),
  }),
)

/** A ticket with its type, its parts and the number of all parts. */
export type ShownTicket = {
  ticket: ShownRow & TicketRow
  type: TicketTypeRow
  parts: readonly PartRow[]
  parts_count: number
}

export function presentTicket(
  workspace: Workspace,
  { ticket, type, parts, parts_count }: ShownTicket,
  display: Display,
): Static<typeof Ticket> {
  const state = type.states.find(({ id }) => id === ticket.ticket_state_id)
  if (!state) throw new ChangedMeanwhile('The type lost the state after the ticket was read')
  return {
    type: 'ticket',
    id: ticket.id,
    ticket_id: String(ticket.ticket_number),
    category: type.category,
    ticket_attributes: {
      ...showValues(type, ticket.ticket_attributes, display.attachments),
      ...ticket.ticket_references,
    },
    ticket_state: presentState(state),
    ticket_type: presentTicketType(workspace, type),
    contacts: {
      type: 'contact.list',
      contacts: ticket.contacts.map(({ id, external_id }) => ({ type: 'contact', id, external_id })),
    },
    admin_assignee_id: Number(ticket.admin_assignee_id),
    team_assignee_id: Number(ticket.team_assignee_id),
    created_at: epoch(ticket.created_at),
    updated_at: epoch(ticket.updated_at),
    open: ticket.state !== 'closed',
    ...(ticket.snoozed_until && { snoozed_until: epoch(ticket.snoozed_until) }),
    linked_objects: presentLinked(ticket),
    ticket_parts: presentTicketParts(ticket, parts, parts_count, display),
    is_shared: ticket.is_shared,
    previous_ticket_state_id: ticket.previous_ticket_state_id,
  }
}

/** What was written first, before the conversation became a ticket, is the first part. */
function presentTicketParts(
  ticket: ShownRow,
  parts: readonly PartRow[],
  parts_count: number,
  display: Display,
): Static<typeof Ticket>['ticket_parts'] {
  const author = { author_name: ticket.author?.name ?? null, author_email: ticket.author?.email ?? null }
  const first = ticket.body === null ? [] : [asPart({ ...ticket, ...author })]
  const shown = parts.length < parts_count ? parts : [...first, ...parts]
  return {
    type: 'ticket_part.list',
    ticket_parts: shown.map((part) => presentTicketPart(part, display)),
    total_count: first.length + parts_count,
  }
}

/** Unlike a conversation part, it leaves out what it does not have. */
export function presentTicketPart(part: PartRow, display: Display): Static<typeof TicketPart> {
  const { ticket_state, previous_ticket_state, updated_attribute_data } = part.ticket_change ?? {}
  return {
    type: 'ticket_part',
    id: part.id,
    part_type: part.part_type,
    ...(part.body !== null && { body: display.body(part.body, part.attachments ?? []) }),
    ...(ticket_state && { ticket_state }),
    ...(previous_ticket_state && { previous_ticket_state }),
    created_at: epoch(part.created_at),
    updated_at: epoch(part.updated_at ?? part.created_at),
    ...(part.assigned_to_type && { assigned_to: { type: part.assigned_to_type, id: part.assigned_to_id } }),
    author: {
      id: part.author_id,
      type: part.author_type === 'lead' ? 'user' : part.author_type,
      name: part.author_name,
      email: part.author_email ?? '',
    },
    attachments: display.attachments(part.attachments ?? []),
    redacted: part.redacted,
    ...(updated_attribute_data && { updated_attribute_data }),
  }
}
