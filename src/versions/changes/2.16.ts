// What 2.16 changed.
import type { Change, Wire } from '../change.ts'

const numberOrNull = (id: unknown) => (typeof id === 'string' ? Number(id) : id)
const nobodyAsNull = (id: unknown) => (id === 0 ? null : id)

export const changes: Change[] = [
  {
    version: '2.16',
    why: "A contact's owner_id became a string.",
    response: {
      contact: (contact) =>
        'owner_id' in contact ? { ...contact, owner_id: numberOrNull(contact['owner_id']) } : contact,
    },
  },
  {
    version: '2.16',
    why: 'A conversation nobody is assigned to says 0 instead of null.',
    response: {
      conversation: (conversation) =>
        'admin_assignee_id' in conversation
          ? {
              ...conversation,
              admin_assignee_id: nobodyAsNull(conversation['admin_assignee_id']),
              team_assignee_id: nobodyAsNull(conversation['team_assignee_id']),
            }
          : conversation,
    },
  },
  {
    version: '2.16',
    why: 'Priority became five levels; before, a conversation had priority or had not.',
    response: {
      conversation: (conversation) =>
        'priority' in conversation
          ? { ...conversation, priority: conversation['priority'] === 'none' ? 'not_priority' : 'priority' }
          : conversation,
    },
    request: {
      searchConversations: (body) => ({ ...body, query: withOldPriorities(body['query']) }),
    },
  },
  {
    version: '2.16',
    why: 'POST /tags tells which contacts and companies were tagged.',
    response: {
      tag: ({ users: _users, companies: _companies, ...tag }) => tag,
    },
  },
]

/** A search for the two old priorities as one for the five of today. */
function withOldPriorities(query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return query
  const { field, operator, value } = query as Wire
  if (Array.isArray(value) && field === undefined) return { ...query, value: value.map(withOldPriorities) }
  if (field !== 'priority') return query
  const wanted = [value].flat()
  const has = wanted.includes('priority')
  const hasNot = wanted.includes('not_priority')
  if (has === hasNot) return query
  const negated = operator === '!=' || operator === 'NIN'
  return { field, operator: has === negated ? '=' : '!=', value: 'none' }
}
