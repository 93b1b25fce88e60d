// What 2.14 changed.
import { isObject } from '#lib/objects.ts'
import { changesIn, type ObjectSchema, type Wire } from '../change.ts'
import { fields, without } from '../fields.ts'

const withoutChange = without('updated_attribute_data')

const withoutFlags = without('from_ai_agent', 'is_ai_answer')

export const changes = changesIn('2.14', {
  'authors-of-sources-can-be-agents': {
    why: 'The author of the source of a conversation is described with from_ai_agent and is_ai_answer.',
    answers: {
      conversation_source: fields({
        author: {
          value: (author) => withoutFlags.value(author as Wire),
          schema: (author) => withoutFlags.schema(author as ObjectSchema),
        },
      }),
    },
  },
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
  'tickets-are-created-with-assignees-and-links': {
    why: 'POST /tickets takes an assignment and conversation_to_link_id.',
    requests: { createTicket: { body: without('assignment', 'conversation_to_link_id') } },
  },
  'ticket-parts-have-the-changed-attribute': {
    why: 'A part of a ticket has the attribute that it changed.',
    answers: { ticket_part: withoutChange, ticket_reply: withoutChange },
  },
  'ticket-updates-name-the-assignee': {
    why: 'PUT /tickets/{id} takes admin_id and assignee_id; before, both were in `assignment`.',
    requests: { updateTicket: { body: { value: flatAssignment, schema: nestedAssignment } } },
  },
})

function flatAssignment({ assignment, admin_id: _, assignee_id: __, ...body }: Wire): Wire {
  if (!isObject(assignment)) return body
  const { admin_id, assignee_id } = assignment
  return { ...body, ...(admin_id !== undefined && { admin_id }), ...(assignee_id !== undefined && { assignee_id }) }
}

function nestedAssignment({ properties, ...newer }: ObjectSchema): ObjectSchema {
  const { admin_id = {}, assignee_id = {}, ...others } = properties
  return { ...newer, properties: { ...others, assignment: { type: 'object', properties: { admin_id, assignee_id } } } }
}
