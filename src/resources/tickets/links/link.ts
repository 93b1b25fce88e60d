// Links tickets to the conversations and customer tickets that they are about.
import { badRequest, found, invalid, missing, notFound } from '#http/errors.ts'
import { lockBoth } from '#resources/conversations/merging/queries.ts'
import {
  type ConversationRow,
  isTicket,
  lockConversation,
  type TicketRow,
  updateConversationRow,
} from '#resources/conversations/queries.ts'
import { findTicketType, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { countLinks, deleteLink, hasTracker, insertLink } from './queries.ts'

/** Intercom has the same limit. */
const MAX_LINKS = 2_500

const NO_TICKET = ['Ticket not found', 'ticket_not_found'] as const
const NO_CONVERSATION = ['Conversation not found', 'conversation_not_found'] as const

/**
 * Locks the conversation that a new ticket of the type is to be linked to.
 * @throws a 404 if there is none, a 400 if the two cannot be linked, or the conversation has a tracker already
 */
export async function lockToLink(
  workspace: Workspace,
  { category }: TicketTypeRow,
  id: string,
): Promise<ConversationRow> {
  const linked = found(await lockConversation(workspace, id), ...NO_CONVERSATION)
  if (category === 'Customer') throw invalid('A customer ticket cannot be linked to a conversation')
  await assertCanBeLinked(workspace, linked)
  if (category === 'Tracker') await assertNoTracker(workspace, linked)
  return linked
}

/** Only conversations and customer tickets are linked to other tickets. */
async function assertCanBeLinked(workspace: Workspace, linked: ConversationRow): Promise<void> {
  if (linked.merged_into) throw invalid('A conversation that was merged into another one cannot be linked to a ticket')
  const type = isTicket(linked) ? await findTicketType(workspace, linked.ticket_type_id) : undefined
  if (type && type.category !== 'Customer') throw invalid(`A ${type.category} ticket cannot be linked to a ticket`)
}

async function assertNoTracker(workspace: Workspace, { id }: ConversationRow): Promise<void> {
  if (await hasTracker(workspace, id))
    throw badRequest('already_linked_to_tracker', 'A conversation can only have one tracker ticket')
}

/** Both must be locked. */
export async function linkNew(workspace: Workspace, ticket: TicketRow, type: TicketTypeRow, linked: ConversationRow) {
  await insertLink(workspace, { ticket_id: ticket.id, linked_id: linked.id, is_tracker: type.category === 'Tracker' })
  await updateConversationRow(workspace, linked.id, {})
}

/** Returns the id of the linked conversation. @throws a 400 or a 404 */
export async function linkToTracker(workspace: Workspace, ticket_id: string, given?: string): Promise<string> {
  if (given === undefined) throw missing('conversation_id not specified')
  const { ticket, linked } = await lockPair(workspace, ticket_id, given, 'linking')
  const conversation = found(linked, ...NO_CONVERSATION)
  await assertCanBeLinked(workspace, conversation)
  await assertNoTracker(workspace, conversation)
  if ((await countLinks(workspace, ticket.id)) >= MAX_LINKS)
    throw badRequest(
      'linked_conversation_limit_exceeded',
      'Ticket has reached the maximum number of conversations that can be linked',
    )
  await insertLink(workspace, { ticket_id: ticket.id, linked_id: conversation.id, is_tracker: true })
  await touchBoth(workspace, ticket, conversation)
  return conversation.id
}

/** Returns the id of the conversation. @throws a 400 or a 404 */
export async function unlinkFromTracker(workspace: Workspace, ticket_id: string, id: string): Promise<string> {
  const { ticket, linked } = await lockPair(workspace, ticket_id, id, 'unlinking')
  if (!linked || !(await deleteLink(workspace, ticket.id, linked.id)))
    throw notFound('Conversation is not linked to this ticket', 'conversation_not_found')
  await touchBoth(workspace, ticket, linked)
  return linked.id
}

async function lockPair(workspace: Workspace, ticket_id: string, id: string, what: 'linking' | 'unlinking') {
  const rows = await lockBoth(workspace, [ticket_id, id])
  const row = rows.find((one) => one.id === ticket_id)
  const ticket = found(row && isTicket(row) ? row : undefined, ...NO_TICKET)
  const type = await findTicketType(workspace, ticket.ticket_type_id)
  if (type?.category !== 'Tracker')
    throw badRequest('invalid_ticket_type', `Only tracker tickets support ${what} conversations`)
  return { ticket, linked: rows.find((one) => one.id === id) }
}

async function touchBoth(workspace: Workspace, ...rows: ConversationRow[]): Promise<void> {
  for (const { id } of rows) await updateConversationRow(workspace, id, {})
}
