// What 2.13 changed.
import { changesIn } from '../change.ts'
import { without } from '../fields.ts'

const withoutApp = without('app_package_code')
const body = without('skip_notifications')

export const changes = changesIn('2.13', {
  'ticket-parts-name-their-app': {
    why: 'A part of a ticket can name the app that made it.',
    answers: { ticket_part: withoutApp, ticket_reply: withoutApp },
  },
  'ticket-notifications-can-be-skipped': {
    why: 'Requests that create, change or answer a ticket take skip_notifications.',
    requests: { createTicket: { body }, updateTicket: { body }, replyTicket: { body } },
  },
  'articles-have-tags': {
    why: 'An article shows its tags.',
    answers: { article: without('tags'), article_list_item: without('tags') },
  },
})
