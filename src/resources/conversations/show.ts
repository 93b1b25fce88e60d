// A conversation with its parts: all of them for a read, only the new ones after a write. A ticket is also shown as such.
import type { Static } from 'typebox'
import { found } from '#http/errors.ts'
import { findTicketType } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Display } from './display.ts'
import { type ShownRow, showConversation } from './list-queries.ts'
import { findParts, listParts, type PartRow } from './parts/queries.ts'
import { presentParts } from './parts/schema.ts'
import { isTicket } from './queries.ts'
import { type Conversation, presentConversation } from './schema.ts'
import { presentTicket } from './tickets/schema.ts'

type Shown = Static<typeof Conversation>

export async function showWithParts(workspace: Workspace, id: string, display: Display): Promise<Shown> {
  const conversation = found(await showConversation(workspace, id))
  const parts = await listParts(workspace, conversation.id)
  const shown = {
    ...presentConversation(conversation, display),
    ticket: await ticketOf(workspace, conversation, parts, display),
    conversation_parts: presentParts(parts, parts[0]?.total_count ?? 0, display),
  }
  return withPlainTexts(shown, display)
}

/** A conversation and some of its parts, as they are in the database. */
export type LoadedParts = { row: ShownRow; parts: PartRow[] }

export async function loadWithNewParts(workspace: Workspace, id: string, part_ids: string[]): Promise<LoadedParts> {
  const [row, parts] = await Promise.all([showConversation(workspace, id), findParts(workspace, part_ids)])
  return { row: found(row), parts }
}

export async function showLoaded(workspace: Workspace, { row, parts }: LoadedParts, display: Display): Promise<Shown> {
  const all = isTicket(row) ? await listParts(workspace, row.id) : []
  const shown = {
    ...presentConversation(row, display),
    ticket: await ticketOf(workspace, row, all, display),
    conversation_parts: presentParts(parts, parts.length, display),
  }
  return withPlainTexts(shown, display)
}

export const showWithNewParts = async (
  workspace: Workspace,
  id: string,
  part_ids: string[],
  display: Display,
): Promise<Shown> => showLoaded(workspace, await loadWithNewParts(workspace, id, part_ids), display)

/** Null if the conversation is no ticket. `parts`: all of the ticket. */
async function ticketOf(
  workspace: Workspace,
  row: ShownRow,
  parts: readonly (PartRow & { total_count: number })[],
  display: Display,
): Promise<Shown['ticket']> {
  if (!isTicket(row)) return null
  const type = found(await findTicketType(workspace, row.ticket_type_id))
  return presentTicket(workspace, { ticket: row, type, parts, parts_count: parts[0]?.total_count ?? 0 }, display)
}

/** Converts all bodies at once, because a long conversation is converted in a thread. */
async function withPlainTexts(shown: Shown, { plainTexts }: Display): Promise<Shown> {
  if (!plainTexts) return shown
  const ticket_parts = shown.ticket?.ticket_parts.ticket_parts ?? []
  const bodies = [shown.source, ...(shown.conversation_parts?.conversation_parts ?? []), ...ticket_parts]
  const texts = await plainTexts(bodies.map(({ body }) => body ?? ''))
  for (const [n, holder] of bodies.entries()) if (holder.body) holder.body = texts[n] as string
  return shown
}
