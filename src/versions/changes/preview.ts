// What Preview changed.
import { Type } from 'typebox'
import { changesIn } from '../change.ts'
import { fields, without } from '../fields.ts'
import { LATEST } from '../versions.ts'

const TIMINGS = ['duration', 'talk_time', 'queue_time', 'hold_time']

const withoutTranslations = without('translations')

export const changes = changesIn(LATEST, {
  'data-attributes-tell-a-time-from-a-date': {
    why: 'The data_type of a data attribute can be datetime; before, it was date.',
    answers: {
      data_attribute: fields({
        data_type: {
          value: (type) => (type === 'datetime' ? 'date' : type),
          schema: Type.Enum(['string', 'integer', 'float', 'boolean', 'date']),
        },
      }),
    },
  },
  'conversation-priority-can-be-set': {
    why: 'PUT /conversations/{id} sets the priority; before, it ignored `priority` and `admin_id`.',
    requests: { updateConversation: { body: without('priority', 'admin_id') } },
  },
  'calls-have-timings': {
    why: 'A call has its duration, talk, queue and hold time.',
    answers: { call: without(...TIMINGS), call_with_transcript: without(...TIMINGS) },
  },
  'messages-by-sms': { why: 'POST /messages sends SMS.' },
  'contact-searches-compare-seconds': {
    why: "Contact searches compare times by seconds and dates by days in UTC; before, both by the workspace's days.",
  },
  'ticket-parts-have-translations': {
    why: 'A part of a ticket can have translations.',
    answers: { ticket_part: withoutTranslations, ticket_reply: withoutTranslations },
  },
  'plain-text-shows-link-addresses': { why: 'display_as=plaintext writes the URL of a link after its label.' },
})
