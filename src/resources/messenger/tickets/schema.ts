// Tickets and their types as messengers show them: only what contacts may see.
import { type Static, Type } from 'typebox'
import { ListOf, Nullable, named } from '#http/types.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { type AttributeRow, DATA_TYPES } from '#resources/ticket-types/attributes/queries.ts'
import { itemOf, showValues, type Values } from '#resources/ticket-types/attributes/values.ts'
import type { TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { STATE_CATEGORIES } from '#resources/ticket-types/states/queries.ts'

export const MessengerTicket = named(
  'messenger_ticket',
  Type.Object({
    type: Type.Literal('ticket'),
    ticket_id: Type.String({ description: 'The number that people see.' }),
    title: Nullable(Type.String()),
    state: Type.String({ description: 'The external label of the state.' }),
    state_category: Type.Enum([...STATE_CATEGORIES]),
    ticket_type: Type.Object({ id: Type.String(), name: Type.String(), icon: Type.String() }),
    ticket_attributes: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Those that contacts may see, by name. The value of a list is the name of the item.',
    }),
  }),
)

const MessengerAttribute = named(
  'messenger_ticket_attribute',
  Type.Object({
    name: Type.String(),
    description: Type.String(),
    data_type: Type.Enum([...DATA_TYPES]),
    multiline: Type.Boolean(),
    required: Type.Boolean(),
    items: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), { description: 'Of a list.' }),
  }),
)

export const MessengerTicketTypes = named(
  'messenger_ticket_type_list',
  ListOf(
    named(
      'messenger_ticket_type',
      Type.Object({
        type: Type.Literal('ticket_type'),
        id: Type.String(),
        name: Type.String(),
        description: Nullable(Type.String()),
        icon: Type.String(),
        attributes: Type.Array(MessengerAttribute),
      }),
    ),
  ),
)

export const MessengerTicketRequest = named(
  'messenger_ticket_request',
  Type.Object({
    ticket_type_id: Type.String(),
    ticket_attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'By name.' })),
    url: Type.Optional(
      Nullable(Type.String({ maxLength: 2048, description: 'The page that the contact writes from.' })),
    ),
  }),
)
export type MessengerTicketRequest = Static<typeof MessengerTicketRequest>

/** The columns of a conversation that is a ticket; all null for another one. */
export type TicketColumns = {
  ticket_type_id: string | null
  ticket_state_id: string | null
  ticket_number: string | null
  ticket_attributes: Values | null
}

type PresentFiles = (attachments: Attachment[]) => unknown[]

/** Returns nothing for a conversation that is no ticket. */
export function presentMessengerTicket(
  { ticket_type_id, ticket_state_id, ticket_number, ticket_attributes }: TicketColumns,
  types: ReadonlyMap<string, TicketTypeRow>,
  presentFiles: PresentFiles,
): { ticket?: Static<typeof MessengerTicket> } {
  const type = types.get(ticket_type_id ?? '')
  const state = type?.states.find(({ id }) => id === ticket_state_id)
  if (!type || !state) return {}
  const visible = { ...type, attributes: type.attributes.filter((attribute) => attribute.visible_to_contacts) }
  const shown = showValues(visible, withItemNames(visible.attributes, ticket_attributes ?? {}), presentFiles)
  const ticket: Static<typeof MessengerTicket> = {
    type: 'ticket',
    ticket_id: String(ticket_number),
    title: (shown['_default_title_'] as string | null | undefined) ?? null,
    state: state.external_label,
    state_category: state.category,
    ticket_type: { id: type.id, name: type.name, icon: type.icon },
    ticket_attributes: shown,
  }
  return { ticket }
}

/** Replaces the ids of items by their names. */
const withItemNames = (attributes: readonly AttributeRow[], values: Values): Values =>
  Object.fromEntries(
    attributes.map((attribute) => {
      const value = values[attribute.id] ?? null
      return [attribute.id, attribute.data_type === 'list' ? (itemOf(attribute, value)?.name ?? null) : value]
    }),
  )

export const presentTypes = (types: readonly TicketTypeRow[]): Static<typeof MessengerTicketTypes> => ({
  type: 'list',
  data: types.map(({ id, name, description, icon, attributes }) => ({
    ...{ type: 'ticket_type' as const, id, name, description, icon },
    attributes: attributes
      .filter(({ archived, visible_to_contacts }) => !archived && visible_to_contacts)
      .map((attribute) => ({
        name: attribute.name,
        description: attribute.description,
        data_type: attribute.data_type,
        multiline: attribute.multiline,
        required: attribute.required_to_create_for_contacts,
        items: (attribute.options ?? [])
          .filter((item) => !item.archived)
          .map((item) => ({ id: item.id, name: item.name })),
      })),
  })),
})
