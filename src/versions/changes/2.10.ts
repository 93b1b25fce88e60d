// What 2.10 changed.
import { Type } from 'typebox'
import { type AnswerChange, changesIn, type ObjectSchema } from '../change.ts'
import { added, without } from '../fields.ts'

const object = added('object', { value: () => 'contact', schema: Type.Literal('contact') })

const collectionType = added('type', { value: () => 'collection', schema: Type.Literal('collection') })
const withoutParent = without('parent_id')

const flatCollection: AnswerChange = {
  value: (collection) => collectionType.value(withoutParent.value(collection)),
  schema: (collection) => collectionType.schema(withoutParent.schema(collection)),
}

export const changes = changesIn('2.10', {
  'collections-nest': {
    why: 'A collection can be within another one, and has no `type`; before, sections were within collections.',
    answers: { collection: flatCollection },
    requests: {
      createCollection: { body: withoutParent },
      updateCollection: { body: withoutParent },
    },
  },
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
  'tickets-are-open-or-closed': {
    why: 'A ticket has a category, is open or closed, can be snoozed, and shows what it is linked to.',
    answers: { ticket: without('category', 'open', 'snoozed_until', 'linked_objects') },
    requests: { updateTicket: { body: without('open', 'snoozed_until') } },
  },
  'contacts-reply-to-tickets': {
    why: 'A reply to a ticket names its author; before, all were notes of admins.',
    requests: {
      replyTicket: { body: { value: (body) => ({ ...body, message_type: 'note', type: 'admin' }), schema: asNote } },
    },
  },
})

function asNote({ properties, ...newer }: ObjectSchema): ObjectSchema {
  const { body = {}, admin_id = {} } = properties
  return {
    ...newer,
    properties: { body, admin_id, message_type: Type.Optional(Type.Literal('note')) },
    required: ['body', 'admin_id'],
  }
}
