// What 2.16 changed.
import { Type } from 'typebox'
import { type AnswerChange, changesIn, type ObjectSchema, type Wire } from '../change.ts'
import { added, fields, unchanged, without } from '../fields.ts'

const IntegerOrNull = Type.Union([Type.Integer(), Type.Null()])

const nullIfUnassigned = { value: (id: unknown) => (id === 0 ? null : id), schema: IntegerOrNull }
const assignees = fields({ admin_assignee_id: nullIfUnassigned, team_assignee_id: nullIfUnassigned })

const asText = { value: (id: unknown) => String(id), schema: Type.String() }

const priority = fields({
  priority: {
    value: (level) => (level === 'none' ? 'not_priority' : 'priority'),
    schema: Type.Enum(['priority', 'not_priority']),
  },
})

const AVAILABILITIES = ['ai_chatbot_availability', 'ai_copilot_availability', 'ai_sales_agent_availability']
const DRAFTS = ['has_unpublished_changes', 'draft_updated_at']
const OF_CONTENT = ['body_markdown', ...AVAILABILITIES, 'created_by_id', 'updated_by_id', 'audience_ids', ...DRAFTS]
const SCHEDULES = ['scheduled_publish_at', 'scheduled_unpublish_at']

const withoutNewer = without(...OF_CONTENT, ...SCHEDULES, 'exclude_from_article_suggestions', 'help_center_audience')
const parentId = added('parent_id', {
  value: ({ parent_ids }) => (parent_ids as number[])[0] ?? null,
  schema: IntegerOrNull,
})
const parentType = added('parent_type', {
  value: ({ parent_ids }) => ((parent_ids as number[]).length ? 'collection' : null),
  schema: Type.Union([Type.String(), Type.Null()]),
})

/** With the first of its collections as its parent. */
const olderArticle: AnswerChange = {
  value: (article) => parentType.value(parentId.value(withoutNewer.value(article))),
  schema: (article) => parentType.schema(parentId.schema(withoutNewer.schema(article))),
}
const olderArticleRequest = { body: without('body_markdown', ...AVAILABILITIES, 'audience_ids', ...SCHEDULES) }

/** Described only: no answer has it. */
const ofAgent = Type.Optional(Type.Boolean())
const withoutReplyTo = without('reply_to')
const authorAsOfPart = fields({
  author: {
    value: (author) => author,
    schema: (author) => {
      const { properties, ...newer } = author as ObjectSchema
      return { ...newer, properties: { ...properties, from_ai_agent: ofAgent, is_ai_answer: ofAgent } }
    },
  },
})
const olderSource: AnswerChange = {
  value: (source) => authorAsOfPart.value(withoutReplyTo.value(source)),
  schema: (source) => authorAsOfPart.schema(withoutReplyTo.schema(source)),
}

export const changes = changesIn('2.16', {
  'conversations-have-a-sales-agent': {
    why: 'A conversation is described with sales_agent, sales_agent_participated and external_references.',
    answers: {
      conversation: without('sales_agent_participated', 'sales_agent', 'external_references'),
      conversation_list_item: without('sales_agent_participated', 'sales_agent', 'external_references'),
    },
  },
  'sources-have-reply-addresses': {
    why: 'The source of a conversation has reply_to; before, its author was described as that of a part.',
    answers: { conversation_source: olderSource },
  },
  'fin-tells-when-a-reply-is-done': {
    why: 'Events of Fin Agent: a reply is followed by the status awaiting_user_reply; before, the reply itself had it.',
  },
  'articles-are-in-several-collections': {
    why: 'An article has only `parent_ids`, markdown, availabilities and schedules; before, it had its first parent.',
    answers: {
      article: olderArticle,
      article_list_item: olderArticle,
      article_content: without(...OF_CONTENT),
      article_statistics: without('fin_involvements', 'fin_resolutions', 'fin_resolution_rate'),
    },
    requests: { createArticle: olderArticleRequest, updateArticle: olderArticleRequest },
  },
  'reporting-attributes-have-qualified-ids': {
    why: 'A reporting export takes qualified ids of attributes only.',
  },
  'internal-articles-have-audiences': {
    why: 'An internal article has markdown, audiences and availabilities.',
    answers: { internal_article: without('body_markdown', 'audience_ids', ...AVAILABILITIES) },
    requests: {
      createInternalArticle: { body: without('body_markdown', 'audience_ids', ...AVAILABILITIES) },
      updateInternalArticle: { body: without('body_markdown', 'audience_ids', ...AVAILABILITIES) },
    },
  },
  'help-centers-show-their-locales': {
    why: 'A help center shows its locales, and whether it is the default one.',
    answers: { help_center: without('default', 'locales') },
  },
  'contact-owner-id-is-a-string': {
    why: "A contact's owner_id is a string.",
    answers: {
      contact: fields({
        owner_id: { value: (id) => (typeof id === 'string' ? Number(id) : id), schema: IntegerOrNull },
      }),
    },
  },
  'custom-objects-are-listed': {
    why: 'GET /custom_object_instances/{type} lists instances; before, it took external_id and showed that one.',
    requests: {
      listCustomObjectInstances: {
        query: {
          value: ({ external_id }) => ({ ...(external_id !== undefined && { external_id }) }),
          schema: ({ properties: { external_id }, ...newer }) => ({
            ...newer,
            properties: { external_id: external_id as object },
            required: ['external_id'],
          }),
        },
      },
    },
  },
  'merged-contacts-are-gone': {
    why: 'A contact that was merged into another one is a 410, which names the other one; before, a 404.',
  },
  'merges-need-duplicates': {
    why: 'POST /contacts/merge refuses contacts without a common email or phone; before, it merged them.',
  },
  'unassigned-is-0': {
    why: 'The assignee ids of an unassigned conversation are 0; before, null.',
    answers: { conversation: assignees, conversation_list_item: assignees },
  },
  'priority-has-five-levels': {
    why: 'A conversation has one of five priorities; before, one of two.',
    answers: { conversation: priority, conversation_list_item: priority },
    requests: {
      searchConversations: {
        body: { value: (body) => ({ ...body, query: withLevels(body['query']) }), schema: unchanged },
      },
    },
  },
  'tag-answers-show-targets': {
    why: 'The answer to POST /tags has the contacts and companies that were tagged.',
    answers: { tag_with_targets: without('users', 'companies') },
  },
  'unknown-tag-targets-are-left-out': {
    why: 'POST /tags ignores contacts and companies that do not exist; before, it answered 404.',
  },
  'conversation-attributes-have-their-own-list': {
    why: 'GET /data_attributes does not list the attributes of conversations.',
  },
  'companies-have-notes': {
    why: 'A company has its notes.',
    answers: { company: without('notes') },
  },
  'notes-on-companies-have-no-contact': {
    why: 'A note on a company has no contact; before, its contact is null.',
    answers: {
      note: {
        value: (note) => ({ contact: null, ...note }),
        schema: ({ properties, required = [], ...newer }) => ({
          ...newer,
          properties: { ...properties, contact: { anyOf: [properties['contact'] as object, { type: 'null' }] } },
          required: [...required, 'contact'],
        }),
      },
    },
  },
  'last-request-of-a-company-can-be-set': {
    why: 'A company takes update_last_request_at; before, it was ignored.',
    requests: {
      createOrUpdateCompany: { body: without('update_last_request_at') },
      UpdateCompany: { body: without('update_last_request_at') },
    },
  },
  'messages-by-whatsapp': { why: 'POST /messages sends WhatsApp templates.' },
  'contact-search-order-is-checked': {
    why: 'POST /contacts/search refuses an unknown sort.order; before, it counted as descending.',
  },
  'email-history-can-be-included': {
    why: 'GET /conversations/{id} accepts include_email_history.',
    requests: { retrieveConversation: { query: without('include_email_history') } },
  },
  'metrics-of-deleted-conversations': {
    why: 'DELETE /conversations/{id} accepts retain_metrics.',
    requests: { deleteConversation: { query: without('retain_metrics') } },
  },
  'ticket-assignee-ids-are-integers': {
    why: 'The assignee ids of a ticket are integers; before, texts.',
    answers: { ticket: fields({ admin_assignee_id: asText, team_assignee_id: asText }) },
  },
  'tickets-have-a-previous-state': {
    why: 'A ticket has the id of its previous state.',
    answers: { ticket: without('previous_ticket_state_id') },
  },
  'conversion-sets-the-state': {
    why: 'POST /conversations/{id}/convert takes a ticket_state_id.',
    requests: { convertConversationToTicket: { body: without('ticket_state_id') } },
  },
  'plain-text-subjects': { why: 'display_as=plaintext also covers subjects.' },
})

/** Converts a search for the two old priorities to the five levels. */
function withLevels(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  const { field, operator, value } = query as Wire
  if (Array.isArray(value) && field === undefined) return { ...query, value: value.map(withLevels) }
  if (field !== 'priority') return query
  const wanted = [value].flat()
  const has = wanted.includes('priority')
  const hasNot = wanted.includes('not_priority')
  if (has === hasNot) return query
  const negated = operator === '!=' || operator === 'NIN'
  return { field, operator: has === negated ? '=' : '!=', value: 'none' }
}
