// What 2.15 changed.
import { changesIn } from '../change.ts'

export const changes = changesIn('2.15', {
  'webhook-times-are-seconds': {
    why: 'Times of contacts and companies in webhooks are Unix seconds; before, ISO 8601 texts.',
  },
  'webhook-conversations-are-plain-text': {
    why: 'Subjects and bodies of conversations in webhooks are plain text; before, HTML.',
  },
})
