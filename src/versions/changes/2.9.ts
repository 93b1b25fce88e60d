// What 2.9 changed.
import { Type } from 'typebox'
import { changesIn } from '../change.ts'
import { fields } from '../fields.ts'

export const changes = changesIn('2.9', {
  'conversations-can-be-tickets': {
    why: 'A conversation that is a ticket shows the ticket; before, there were no tickets.',
    answers: { conversation: fields({ ticket: { value: () => null, schema: Type.Null() } }) },
  },
})
