// What 2.12 changed.
import { Type } from 'typebox'
import { changesIn, type ObjectSchema, type Wire } from '../change.ts'
import { fields, without } from '../fields.ts'

const CATEGORIES = ['submitted', 'in_progress', 'waiting_on_customer', 'resolved']
const LABELS = { ticket_state_internal_label: Type.String(), ticket_state_external_label: Type.String() }

const AvatarObject = Type.Object({ image_url: Type.String() }, { $id: 'admin_avatar' })
const asObject = fields({
  avatar: {
    value: (image_url) => (image_url === null ? null : { image_url }),
    schema: Type.Optional(Type.Union([AvatarObject, Type.Null()])),
  },
})

export const changes = changesIn('2.12', {
  'admin-avatars-are-addresses-again': {
    why: 'The avatar of an admin is its address; in 2.11 alone, an object with image_url.',
    answers: { admin: asObject, admin_away: asObject },
  },
  'ticket-types-show-their-states': {
    why: 'A ticket type has the states that its tickets can have.',
    answers: { ticket_type: without('ticket_states') },
  },
  'ticket-types-are-listed-as-data': {
    why: 'The list of ticket types has only `data`; before, also the same as `ticket_types`.',
    answers: {
      ticket_type_list: {
        value: (list) => ({ ...list, ticket_types: list['data'] }),
        schema: ({ properties, required = [], ...newer }) => ({
          ...newer,
          properties: { ...properties, ticket_types: properties['data'] as object },
          required: [...required, 'ticket_types'],
        }),
      },
    },
  },
  'ticket-states-are-objects': {
    why: 'The state of a ticket is an object; before, its category, with both labels beside it.',
    answers: { ticket: { value: flatState, schema: flatStateSchema } },
    requests: {
      updateTicket: {
        body: {
          value: ({ state, ticket_state_id: _, company_id: __, ...body }) => ({
            ...body,
            ...(state !== undefined && { ticket_state_id: state }),
          }),
          schema: ({ properties: { ticket_state_id: _, company_id: __, ...properties }, ...newer }) => ({
            ...newer,
            properties: { ...properties, state: Type.Enum(CATEGORIES) },
          }),
        },
      },
    },
  },
})

function flatState({ ticket_state, ...ticket }: Wire): Wire {
  const { category, internal_label, external_label } = ticket_state as Wire
  return {
    ...ticket,
    ...{ ticket_state: category, ticket_state_internal_label: internal_label },
    ticket_state_external_label: external_label,
  }
}

function flatStateSchema({ properties, required = [], ...newer }: ObjectSchema): ObjectSchema {
  return {
    ...newer,
    properties: { ...properties, ticket_state: Type.Enum(CATEGORIES), ...LABELS },
    required: [...required, ...Object.keys(LABELS)],
  }
}
