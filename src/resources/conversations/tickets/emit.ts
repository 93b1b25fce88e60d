// Writes an event of a ticket.
import type { Actor } from '#events/events.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { ticketItem } from './show.ts'
import { type TicketTopic, ticketEvents } from './topics.ts'

type TicketEvent = {
  topic: TicketTopic
  id: string
  /** With the part that the event is about. */
  details: { part_id: string; [name: string]: unknown }
  actor?: Actor
}

/** The snapshot has all parts of the ticket. Its files are named by their ids: links to them would expire. */
export const emitTicket = (workspace: Workspace, { topic, id, details, actor }: TicketEvent) =>
  ticketEvents.emit(listeningTo(workspace, topic), {
    topic,
    object_id: id,
    details,
    ...(actor && { actor }),
    snapshot: () => ticketItem(workspace, id),
  })

/** To subscriptions of older versions, a resolved ticket is closed. */
const listeningTo = (workspace: Workspace, topic: TicketTopic): Workspace =>
  topic === 'ticket.resolved' && workspace.listens('ticket.closed') ? { ...workspace, listens: () => true } : workspace
