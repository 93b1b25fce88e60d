// What 2.15 changed.
import { isObject } from '#lib/objects.ts'
import { changesIn, type Wire } from '../change.ts'
import { fields, unchanged, without } from '../fields.ts'

const withoutAudiences = without('audience_ids')

export const changes = changesIn('2.15', {
  'ai-agents-escalate': {
    why: 'The resolution state of a conversation that the assistant handed over is escalated; before, routed_to_team.',
    answers: {
      ai_agent: fields({
        resolution_state: {
          value: (state) => (state === 'escalated' ? 'routed_to_team' : state),
          schema: (newer) => newer,
        },
      }),
    },
  },
  'conversations-have-a-company': {
    why: 'A conversation shows its company.',
    answers: { conversation: without('company'), conversation_list_item: without('company') },
  },
  'webhook-times-are-seconds': {
    why: 'Times of contacts, companies, articles and visitors in webhooks, and statistics of conversations, are Unix seconds; before, ISO 8601 texts.',
  },
  'webhook-admins-have-ids-as-text': {
    why: 'The id of an admin in webhooks is a text; before, a number.',
  },
  'webhook-conversations-are-plain-text': {
    why: 'Subjects and bodies of conversations in webhooks are plain text; before, HTML.',
  },
  'attribute-parts-have-the-previous-value': {
    why: 'The part of a changed conversation attribute has its previous value.',
    answers: {
      event_details: { value: withoutPrevious, schema: unchanged },
    },
  },
  'imported-content-has-audiences': {
    why: 'Content import sources and external pages have audiences.',
    answers: { content_import_source: withoutAudiences, external_page: withoutAudiences },
    requests: {
      createContentImportSource: { body: withoutAudiences },
      updateContentImportSource: { body: without('audience_ids', 'apply_audience_to_existing_content') },
      createExternalPage: { body: withoutAudiences },
      updateExternalPage: { body: withoutAudiences },
    },
  },
  'resolved-tickets-have-a-topic': {
    why: 'A resolved ticket causes ticket.resolved; before, ticket.closed, which a closed one still causes.',
  },
  'unanswered-ratings-come-last': {
    why: 'A conversation shows its newest rating that has a value; before, the newest one, even if the contact has not rated.',
  },
})

function withoutPrevious(details: Wire): Wire {
  if (!isObject(details['attribute']) || !isObject(details['value'])) return details
  const { previous: _, ...value } = details['value']
  return { ...details, value }
}
