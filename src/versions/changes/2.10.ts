// What 2.10 changed.
import { Type } from 'typebox'
import { changesIn } from '../change.ts'
import { added, without } from '../fields.ts'

const object = added('object', { value: () => 'contact', schema: Type.Literal('contact') })

export const changes = changesIn('2.10', {
  'webhook-companies-have-a-profile': {
    why: 'Companies in webhooks have `size`, `website`, `industry` and `plan`.',
  },
  'archived-contacts-have-no-object': {
    why: 'An archived or deleted contact has only `type`, no longer also `object`.',
    answers: { contact_archived: object, contact_deleted: object },
  },
  'ticket-types-have-categories': {
    why: 'A ticket type has a category; before, all were for customers.',
    answers: { ticket_type: without('category') },
    requests: {
      createTicketType: { body: without('category') },
      updateTicketType: { body: without('category') },
    },
  },
})
