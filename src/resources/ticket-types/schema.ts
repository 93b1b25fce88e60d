// The schema of a ticket type, with its attributes and states.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, named, Some } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { presentAttribute, TicketTypeAttributeList } from './attributes/schema.ts'
import { CATEGORIES, type TicketTypeRow } from './queries.ts'
import { presentState, TicketState } from './states/schema.ts'

export const TicketType = named(
  'ticket_type',
  Type.Object({
    type: Type.Literal('ticket_type'),
    id: Type.String(),
    category: Type.Enum([...CATEGORIES]),
    name: Type.String(),
    description: Type.String(),
    icon: Type.String(),
    workspace_id: Type.String(),
    is_internal: Type.Boolean(),
    ticket_type_attributes: TicketTypeAttributeList,
    ticket_states: named('ticket_type_states', ListOf(TicketState)),
    archived: Type.Boolean({ description: 'Tickets keep an archived type, but no new one can have it.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const TicketTypeList = named('ticket_type_list', ListOf(TicketType))

const changeable = {
  description: Type.String({ maxLength: 2048 }),
  category: Type.Enum([...CATEGORIES], { description: 'Default: Customer. It cannot change once there are tickets.' }),
  icon: Type.String({ maxLength: 64, pattern: '\\S', description: 'An emoji.' }),
  is_internal: Type.Boolean(),
}
const name = Type.String({ maxLength: 255, pattern: '\\S' })

export const NewTicketTypeRequest = named(
  'create_ticket_type_request',
  Type.Object({ name, ...Some(changeable).properties }),
)
export type NewTicketTypeRequest = Static<typeof NewTicketTypeRequest>

export const TicketTypeRequest = named(
  'update_ticket_type_request',
  Some({ name, ...changeable, archived: Type.Boolean() }),
)
export type TicketTypeRequest = Static<typeof TicketTypeRequest>

export function presentTicketType(workspace: Workspace, row: TicketTypeRow): Static<typeof TicketType> {
  const attributes = row.attributes.map((attribute) => presentAttribute(workspace, attribute))
  return {
    type: 'ticket_type',
    id: row.id,
    category: row.category,
    name: row.name,
    description: row.description,
    icon: row.icon,
    workspace_id: workspace.id,
    is_internal: row.is_internal,
    ticket_type_attributes: { type: 'list', data: attributes, ticket_type_attributes: attributes },
    ticket_states: { type: 'list', data: row.states.filter(({ archived }) => !archived).map(presentState) },
    archived: row.archived,
    created_at: epoch(row.created_at),
    updated_at: epoch(row.updated_at),
  }
}
