// What 2.14 changed.
import { changesIn } from '../change.ts'
import { without } from '../fields.ts'

export const changes = changesIn('2.14', {
  'messages-to-several-recipients': {
    why: 'A message can have several recipients, in to, cc and bcc.',
  },
  'teams-have-distribution-methods': {
    why: 'A team gained distribution_method, and assignment_limit if it is load-balanced.',
    answers: { team: without('distribution_method', 'assignment_limit') },
  },
})
