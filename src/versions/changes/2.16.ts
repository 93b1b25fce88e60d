// What 2.16 changed.
import { Type } from 'typebox'
import { changesIn, type Wire } from '../change.ts'
import { fields, unchanged, without } from '../fields.ts'

const IntegerOrNull = Type.Union([Type.Integer(), Type.Null()])

const nullForNobody = { value: (id: unknown) => (id === 0 ? null : id), schema: IntegerOrNull }
const assignees = fields({ admin_assignee_id: nullForNobody, team_assignee_id: nullForNobody })

const priority = fields({
  priority: {
    value: (level) => (level === 'none' ? 'not_priority' : 'priority'),
    schema: Type.Enum(['priority', 'not_priority']),
  },
})

export const changes = changesIn('2.16', {
  'contact-owner-id-is-a-string': {
    why: "A contact's owner_id is a string.",
    answers: {
      contact: fields({
        owner_id: { value: (id) => (typeof id === 'string' ? Number(id) : id), schema: IntegerOrNull },
      }),
    },
  },
  'nobody-assigned-is-0': {
    why: 'The assignee ids of a conversation are 0 when nobody is assigned; before, null.',
    answers: { conversation: assignees, conversation_list_item: assignees },
  },
  'priority-has-five-levels': {
    why: 'A conversation has one of five priorities; before, it had priority or not.',
    answers: { conversation: priority, conversation_list_item: priority },
    requests: {
      searchConversations: {
        body: { value: (body) => ({ ...body, query: withLevels(body['query']) }), schema: unchanged },
      },
    },
  },
  'tag-answers-show-targets': {
    why: 'POST /tags answers which contacts and companies were tagged.',
    answers: { tag_with_targets: without('users', 'companies') },
  },
  'unknown-tag-targets-are-left-out': {
    why: 'POST /tags leaves out contacts and companies that it does not find; before, one of them was a 404.',
  },
  'conversation-attributes-have-their-own-list': {
    why: 'GET /data_attributes does not list the attributes of conversations.',
  },
  'messages-by-whatsapp': { why: 'POST /messages sends WhatsApp templates.' },
  'contact-search-order-is-checked': {
    why: 'POST /contacts/search refuses an unknown sort.order; before, it counted as descending.',
  },
  'email-history-can-be-included': {
    why: 'GET /conversations/{id} takes include_email_history.',
    requests: { retrieveConversation: { query: without('include_email_history') } },
  },
  'plain-text-subjects': { why: 'display_as=plaintext also covers subjects.' },
})

/** A search for the two old priorities as a search for the five levels. */
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
