// What Preview changed.
import { Type } from 'typebox'
import { type AnswerChange, changesIn } from '../change.ts'
import { fields, without } from '../fields.ts'
import { LATEST } from '../versions.ts'

const TIMINGS = ['duration', 'talk_time', 'queue_time', 'hold_time']

const withoutTranslations = without('translations')
const DRAFTS = ['has_unpublished_changes', 'draft_updated_at']
const withoutFolderId = without('folder_id')

/** 2.16 describes the keys of drafts, and says that they are not returned. */
const withoutDrafts: AnswerChange = {
  value: without(...DRAFTS).value,
  schema: (article) => ({ ...article, required: article.required?.filter((key) => !DRAFTS.includes(key)) ?? [] }),
}
const olderArticle: AnswerChange = {
  value: (article) => withoutDrafts.value(withoutFolderId.value(article)),
  schema: (article) => withoutDrafts.schema(withoutFolderId.schema(article)),
}
const withoutFolder = { body: without('folder_id') }

export const changes = changesIn(LATEST, {
  'fin-sessions-have-settings': {
    why: 'A request to Fin Agent has `settings`; before, they were ignored.',
    requests: { startFinConversation: { body: without('settings') }, replyToFin: { body: without('settings') } },
  },
  'articles-show-drafts-and-folders': {
    why: 'An article shows whether a draft is staged, and its folder.',
    answers: {
      article: olderArticle,
      article_list_item: olderArticle,
      article_content: withoutDrafts,
    },
    requests: { createArticle: withoutFolder, updateArticle: withoutFolder, stageArticleDraft: withoutFolder },
  },
  'reporting-has-all-conversations': {
    why: 'A reporting export has conversations in which no contact has replied; before, they were left out.',
  },
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
  'external-pages-have-availabilities': {
    why: 'PUT /ai/external_pages/{id} takes three availabilities, POST the third one; before, PUT took only fin_availability.',
    requests: {
      createExternalPage: { body: without('ai_sales_agent_availability') },
      updateExternalPage: {
        body: without('ai_agent_availability', 'ai_copilot_availability', 'ai_sales_agent_availability'),
      },
    },
  },
  'internal-articles-have-folders': {
    why: 'An internal article has a folder, and shows its tags.',
    answers: { internal_article: without('folder_id', 'tags') },
    requests: {
      createInternalArticle: { body: without('folder_id') },
      updateInternalArticle: { body: without('folder_id') },
    },
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
