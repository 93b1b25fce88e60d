// The schemas of a ticket state: alone, and with the types that have it.
import { type Static, Type } from 'typebox'
import { Id, ListOf, named, Some } from '#http/types.ts'
import { STATE_CATEGORIES, type StateOfTypes, type StateRow } from './queries.ts'

const category = Type.Enum([...STATE_CATEGORIES])

export const TicketState = named(
  'ticket_state',
  Type.Object({
    type: Type.Literal('ticket_state'),
    id: Type.String(),
    category,
    internal_label: Type.String({ description: 'What the team reads.' }),
    external_label: Type.String({ description: 'What contacts read.' }),
  }),
)

const TypeOfState = named(
  'ticket_type_summary',
  Type.Object({
    type: Type.Literal('ticket_type'),
    id: Type.String(),
    name: Type.String(),
    description: Type.String(),
    icon: Type.String(),
    archived: Type.Boolean(),
    is_internal: Type.Boolean(),
    category: Type.Enum(['Customer', 'Back-office', 'Tracker']),
  }),
)

export const StateWithTypes = named(
  'ticket_state_detailed',
  Type.Object({
    ...TicketState.properties,
    ticket_types: named('ticket_types_of_state', ListOf(TypeOfState)),
    archived: Type.Boolean({ description: 'Tickets keep an archived state, but none can get it.' }),
  }),
)

export const StateList = named('ticket_state_list', ListOf(StateWithTypes))

const label = Type.String({ maxLength: 255, pattern: '\\S' })
const ticket_type_ids = Type.Array(Id, { maxItems: 200, description: 'All types that have the state.' })

export const NewStateRequest = named(
  'new_ticket_state_request',
  Type.Object({
    category,
    internal_label: label,
    external_label: Type.Optional(label),
    ticket_type_ids: Type.Optional(ticket_type_ids),
  }),
)
export type NewStateRequest = Static<typeof NewStateRequest>

export const StateRequest = named(
  'ticket_state_request',
  Some({ category, internal_label: label, external_label: label, ticket_type_ids, archived: Type.Boolean() }),
)
export type StateRequest = Static<typeof StateRequest>

export const presentState = (row: StateRow): Static<typeof TicketState> => ({
  type: 'ticket_state',
  id: row.id,
  category: row.category,
  internal_label: row.internal_label,
  external_label: row.external_label,
})

export const presentStateWithTypes = (row: StateOfTypes): Static<typeof StateWithTypes> => ({
  ...presentState(row),
  ticket_types: { type: 'list', data: row.ticket_types.map((type) => ({ type: 'ticket_type' as const, ...type })) },
  archived: row.archived,
})
