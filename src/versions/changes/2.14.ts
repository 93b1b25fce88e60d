// What 2.14 changed.
import { changesIn } from '../change.ts'
import { without } from '../fields.ts'

export const changes = changesIn('2.14', {
  'ratings-have-updated-at': {
    why: 'The rating of a conversation gained updated_at.',
    answers: { conversation_rating: without('updated_at') },
  },
  'messages-to-several-recipients': {
    why: 'A message can have several recipients, in to, cc and bcc.',
  },
  'teams-have-distribution-methods': {
    why: 'A team gained distribution_method, and assignment_limit if it is load-balanced.',
    answers: { team: without('distribution_method', 'assignment_limit') },
  },
})
