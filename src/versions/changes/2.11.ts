// What 2.11 changed.
import { Type } from 'typebox'
import { changesIn } from '../change.ts'
import { fields, unchanged, without } from '../fields.ts'

const asAddress = fields({
  avatar: {
    value: (avatar) => (avatar as { image_url: string } | null)?.image_url ?? null,
    schema: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
})

export const changes = changesIn('2.11', {
  'admin-avatars-are-objects': {
    why: 'The avatar of an admin is an object with image_url; before, its address.',
    answers: { admin: asAddress, admin_away: asAddress },
  },
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
