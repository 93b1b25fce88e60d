// The schema of an attribute of a ticket type. Its `input_options` depend on its data type.
import { type Static, Type } from 'typebox'
import { ListOf, Nullable, named, Some } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeRow, DATA_TYPES, type DataType } from './queries.ts'

const ListItem = named(
  'ticket_type_attribute_item',
  Type.Object({
    id: Type.String({ description: 'A UUID: the value of a ticket.' }),
    name: Type.String(),
    archived: Type.Boolean({ description: 'Tickets keep an archived item, but none can get it.' }),
  }),
)

const InputOptions = named(
  'ticket_type_attribute_input_options',
  Type.Object({
    multiline: Type.Optional(Type.Boolean({ description: 'Of a string.' })),
    items: Type.Optional(Type.Array(ListItem, { description: 'Of a list.' })),
    allow_multiple_values: Type.Optional(Type.Boolean({ description: 'Of files.' })),
  }),
)

export const TicketTypeAttribute = named(
  'ticket_type_attribute',
  Type.Object({
    type: Type.Literal('ticket_type_attribute'),
    id: Type.String(),
    workspace_id: Type.String(),
    name: Type.String(),
    description: Type.String(),
    data_type: Type.Enum([...DATA_TYPES]),
    input_options: Nullable(InputOptions),
    order: Type.Integer({ description: 'Counts from 0.' }),
    required_to_create: Type.Boolean({ description: 'By a teammate or the API.' }),
    required_to_create_for_contacts: Type.Boolean(),
    visible_on_create: Type.Boolean({ description: 'For the inbox.' }),
    visible_to_contacts: Type.Boolean(),
    default: Type.Boolean({ description: 'The title or the description, which every type has.' }),
    ticket_type_id: Type.Integer(),
    archived: Type.Boolean({ description: 'Tickets keep their values, but none can get one.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

/** The published schema names the list `ticket_type_attributes`, its examples and the live API `data`. */
export const TicketTypeAttributeList = named(
  'ticket_type_attribute_list',
  Type.Object({
    ...ListOf(TicketTypeAttribute).properties,
    ticket_type_attributes: Type.Array(TicketTypeAttribute, { description: 'The same as `data`.' }),
  }),
)

const name = Type.String({ maxLength: 190, pattern: '\\S', description: 'No other live attribute of the type has it.' })
const description = Type.String({ maxLength: 2048 })
const settings = {
  required_to_create: Type.Boolean(),
  required_to_create_for_contacts: Type.Boolean(),
  visible_on_create: Type.Boolean(),
  visible_to_contacts: Type.Boolean(),
  multiline: Type.Boolean({ description: 'Of a string.' }),
  list_items: Type.String({ maxLength: 100_000, description: 'Of a list: names, with commas between.' }),
  allow_multiple_values: Type.Boolean({ description: 'Of files.' }),
}

export const NewAttributeRequest = named(
  'create_ticket_type_attribute_request',
  Type.Object({ name, description, data_type: Type.Enum([...DATA_TYPES]), ...Some(settings).properties }),
)
export type NewAttributeRequest = Static<typeof NewAttributeRequest>

/** Other properties, such as `data_type`, are ignored: they cannot change. */
export const AttributeRequest = named(
  'update_ticket_type_attribute_request',
  Some({ name, description, ...settings, archived: Type.Boolean() }),
)
export type AttributeRequest = Static<typeof AttributeRequest>

/** The other types have none. */
const INPUT_OPTIONS: Partial<Record<DataType, (row: AttributeRow) => Static<typeof InputOptions>>> = {
  string: ({ multiline }) => ({ multiline }),
  list: ({ options }) => ({ items: (options ?? []).map(({ id, name, archived }) => ({ id, name, archived })) }),
  files: ({ allow_multiple_values }) => ({ allow_multiple_values }),
}

export const presentAttribute = (workspace: Workspace, row: AttributeRow): Static<typeof TicketTypeAttribute> => ({
  type: 'ticket_type_attribute',
  id: row.id,
  workspace_id: workspace.id,
  name: row.name,
  description: row.description,
  data_type: row.data_type,
  input_options: INPUT_OPTIONS[row.data_type]?.(row) ?? null,
  order: row.position,
  required_to_create: row.required_to_create,
  required_to_create_for_contacts: row.required_to_create_for_contacts,
  visible_on_create: row.visible_on_create,
  visible_to_contacts: row.visible_to_contacts,
  default: row.is_default,
  ticket_type_id: Number(row.ticket_type_id),
  archived: row.archived,
  created_at: row.created_at,
  updated_at: row.updated_at,
})
