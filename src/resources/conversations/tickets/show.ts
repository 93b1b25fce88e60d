// Tickets with their types and parts: one for a read, or those of a page.
import type { Static } from 'typebox'
import { found } from '#http/errors.ts'
import { findTicketType, listTicketTypes } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { channelName } from '../channels.ts'
import { type Display, snapshotDisplay } from '../display.ts'
import { type ShownRow, showConversation } from '../list-queries.ts'
import { listParts, listPartsOf, MAX_PARTS } from '../parts/queries.ts'
import { isTicket, type TicketRow } from '../queries.ts'
import { presentTicket, type ShownTicket, type Ticket } from './schema.ts'

type Shown = Static<typeof Ticket>

/** @throws a 404 if there is no such ticket. */
export async function showTicket(workspace: Workspace, id: string, display: Display): Promise<Shown> {
  return presentTicket(workspace, await findShown(workspace, id), display)
}

/** Returns the ticket for a notification, which also has its company and channel. @throws a 404 */
export async function ticketItem(workspace: Workspace, id: string) {
  const shown = await findShown(workspace, id)
  return {
    ...presentTicket(workspace, shown, snapshotDisplay),
    company_id: shown.ticket.company_id,
    channel: channelName(shown.ticket),
  }
}

async function findShown(workspace: Workspace, id: string): Promise<ShownTicket> {
  const row = found(await showConversation(workspace, id))
  return withParts(workspace, found(isTicket(row) ? row : undefined))
}

export async function withParts(workspace: Workspace, ticket: ShownRow & TicketRow): Promise<ShownTicket> {
  const type = found(await findTicketType(workspace, ticket.ticket_type_id))
  const parts = await listParts(workspace, ticket.id)
  return { ticket, type, parts, parts_count: parts[0]?.total_count ?? 0 }
}

/** All tickets of a list together show at most these; each shows its newest ones. */
const MAX_PARTS_OF_LIST = 10_000

/** Returns the tickets of a page in its order. */
export async function showTickets(
  workspace: Workspace,
  tickets: readonly (ShownRow & TicketRow)[],
  display: Display,
): Promise<Shown[]> {
  if (!tickets.length) return []
  const type_ids = [...new Set(tickets.map(({ ticket_type_id }) => ticket_type_id))]
  const types = new Map((await listTicketTypes(workspace, type_ids)).map((type) => [type.id, type]))
  const most = Math.min(MAX_PARTS, Math.floor(MAX_PARTS_OF_LIST / tickets.length))
  const ids = tickets.map(({ id }) => id)
  const parts = Map.groupBy(await listPartsOf(workspace, ids, most), ({ conversation_id }) => conversation_id)
  return tickets.map((ticket) => {
    const own = parts.get(ticket.id) ?? []
    const type = found(types.get(ticket.ticket_type_id))
    return presentTicket(workspace, { ticket, type, parts: own, parts_count: own[0]?.total_count ?? 0 }, display)
  })
}
