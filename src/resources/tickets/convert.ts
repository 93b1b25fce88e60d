// Makes a ticket of a conversation, and changes the type of a ticket.
import { found, invalid, missing } from '#http/errors.ts'
import type { AttachFiles } from '#resources/attachments/attribute-files.ts'
import { isTicket, lockConversation, type TicketRow, updateConversationRow } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { changeState, noSuchState } from '#resources/conversations/tickets/change-state.ts'
import { lockTicket, numberTicket, setType } from '#resources/conversations/tickets/queries.ts'
import type { AttributeRow } from '#resources/ticket-types/attributes/queries.ts'
import { itemOf, readValues, type Values } from '#resources/ticket-types/attributes/values.ts'
import { findTicketType, holdTypeAndState, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { storable } from './attributes.ts'
import { initialState, theLiveType } from './create.ts'
import type { ChangeTypeRequest, ConvertRequest } from './schema.ts'

/**
 * The ticket has the id, the parts, the contacts and the tags of the conversation, is shared, and has no assignee.
 * @throws a 404 if there is no such conversation or type; a 400 if it is a ticket already, if the type is not for customers, does
 * not have the state, or for wrong attributes; a 422 if it was merged
 */
export async function convertToTicket(
  workspace: Workspace,
  id: string,
  request: ConvertRequest,
  attachFiles: AttachFiles,
): Promise<string> {
  const conversation = found(await lockConversation(workspace, id))
  if (isTicket(conversation)) throw invalid('The conversation is a ticket already')
  const type = await theLiveType(workspace, request.ticket_type_id)
  if (type.category !== 'Customer') throw invalid('Ticket type is not a customer ticket type')
  const values = readValues(type, request.attributes ?? {}, { by: 'admin', is_create: true })
  const { ticket_state_id } = request
  const state =
    ticket_state_id === undefined ? initialState(type) : type.states.find((one) => one.id === ticket_state_id)
  if (!state || !(await holdTypeAndState(workspace, type.id, state.id))) throw noSuchState()
  const outcome = outcomeOf({ ...conversation, ticket_type_id: type.id }, 'ticket_is_created', {})
  await setType(workspace, conversation.id, {
    ...{ ticket_type_id: type.id, ticket_state_id: state.id, is_shared: true },
    ticket_attributes: await storable(type, values, attachFiles),
  })
  const unassigned = { admin_assignee_id: null, team_assignee_id: null, awaits_assignee_since: null }
  await updateConversationRow(workspace, conversation.id, { ...unassigned, team_assigned_at: null })
  await numberTicket(workspace, conversation.id)
  const ticket = found(await lockTicket(workspace, conversation.id))
  await record(workspace, ticket, outcome, {
    author: { type: 'bot' },
    ticket_change: { ticket_state: state.category, previous_ticket_state: state.category },
    created_at: workspace.now(),
  })
  return ticket.id
}

/**
 * Values of attributes that the new type has under the same name, with the same data type, stay; given ones win.
 * @throws a 404 if there is no such ticket or type; a 400 without an id, for the same type or another category, a state that the
 * new type does not have, or wrong attributes; a 422 if the ticket was merged
 */
export async function changeType(
  workspace: Workspace,
  id: string,
  request: ChangeTypeRequest,
  attachFiles: AttachFiles,
): Promise<void> {
  const { ticket_type_id, ticket_state_id } = request
  if (ticket_type_id === undefined) throw missing('ticket_type_id is a required parameter')
  if (ticket_state_id === undefined) throw missing('ticket_state_id is a required parameter')
  const ticket = found(await lockTicket(workspace, id))
  const before = found(await findTicketType(workspace, ticket.ticket_type_id))
  const type = await newType(workspace, before, ticket_type_id)
  const state = type.states.find((one) => one.id === ticket_state_id)
  if (!state || !(await holdTypeAndState(workspace, type.id, state.id)))
    throw invalid("Ticket custom state doesn't belong to the new ticket type")
  const given = readValues(type, request.ticket_attributes ?? {}, { by: 'admin', is_create: false })
  const kept = carriedOver(ticket, before, type)
  for (const attribute_id of Object.keys(given)) delete kept[attribute_id]
  const ticket_attributes = { ...kept, ...(await storable(type, given, attachFiles)) }
  await setType(workspace, ticket.id, {
    ...{ ticket_type_id: type.id, ticket_state_id: state.id, is_shared: ticket.is_shared },
    ticket_attributes,
  })
  const changed = { ...ticket, ticket_type_id: type.id, ticket_attributes }
  await changeState(workspace, changed, { type, from: before, state, created_at: workspace.now() })
}

async function newType(workspace: Workspace, before: TicketTypeRow, id: string): Promise<TicketTypeRow> {
  const type = await theLiveType(workspace, id)
  if (type.id === before.id) throw invalid('Cannot change to the same ticket type')
  if (type.category !== before.category) throw invalid('The new ticket type must be in the same category')
  return type
}

/** Returns the values that the ticket keeps, by the ids of the new type's attributes. */
function carriedOver({ ticket_attributes }: TicketRow, before: TicketTypeRow, after: TicketTypeRow): Values {
  const kept: Values = {}
  for (const attribute of after.attributes.filter(({ archived }) => !archived)) {
    const former = before.attributes.find(
      ({ name, data_type, archived }) => !archived && name === attribute.name && data_type === attribute.data_type,
    )
    const value = former && carried(former, attribute, ticket_attributes[former.id])
    if (value !== undefined) kept[attribute.id] = value
  }
  return kept
}

/** An item of a list stays if the new list has one of the same name. */
function carried(former: AttributeRow, attribute: AttributeRow, value: unknown): unknown {
  if (former.data_type !== 'list' || value === undefined) return value
  const name = itemOf(former, value)?.name
  return attribute.options?.find((item) => !item.archived && item.name === name)?.id
}
