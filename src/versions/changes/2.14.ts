// What 2.14 changed.
import { changesIn } from '../change.ts'

export const changes = changesIn('2.14', {
  'messages-to-several-recipients': {
    why: 'A message can have several recipients, in to, cc and bcc.',
  },
})
