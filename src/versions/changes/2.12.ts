// What 2.12 changed.
import { changesIn } from '../change.ts'
import { without } from '../fields.ts'

export const changes = changesIn('2.12', {
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
})
