// What 2.11 changed.
import { changesIn } from '../change.ts'
import { unchanged, without } from '../fields.ts'

export const changes = changesIn('2.11', {
  'data-attributes-are-not-messenger-writable': {
    why: 'A messenger may write a new data attribute only if the request allows it.',
    requests: {
      createDataAttribute: { body: { value: (body) => ({ messenger_writable: true, ...body }), schema: unchanged } },
    },
  },
  'tickets-can-be-dated': {
    why: 'Requests that create or answer a ticket take created_at.',
    requests: { createTicket: { body: without('created_at') }, replyTicket: { body: without('created_at') } },
  },
})
