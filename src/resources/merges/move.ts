// Gives everything that belongs to one contact to another one: what each folder stores, by a verb of that folder.
import { moveDeliveries } from '#delivery/move.ts'
import { messengerSignal } from '#delivery/signals.ts'
import { moveViews } from '#resources/banners/queries.ts'
import { moveCalls } from '#resources/calls/queries.ts'
import { moveMembers } from '#resources/companies/contact-queries.ts'
import { moveWhatsAppUsers } from '#resources/contacts/whatsapp-queries.ts'
import { moveConversations } from '#resources/conversations/move-queries.ts'
import { moveRatings } from '#resources/conversations/ratings/queries.ts'
import { moveReferences } from '#resources/custom-object-instances/references/queries.ts'
import { moveEvents } from '#resources/data-events/queries.ts'
import { moveArticleViews } from '#resources/help-center-pages/view-queries.ts'
import { reassignMessages } from '#resources/messages/queries.ts'
import { moveNewsViews } from '#resources/news/reader-queries.ts'
import { moveNotes } from '#resources/notes/queries.ts'
import { moveChoices } from '#resources/subscription-types/queries.ts'
import { moveSwitches } from '#resources/switch/queries.ts'
import { moveTaggings } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

type Move = (workspace: Workspace, from: string, into: string) => PromiseLike<unknown>

/** A folder that stores something for each contact has a line here. */
const MOVES: readonly Move[] = [
  moveConversationsAndMessages,
  ({ sql, id }, from, into) => moveDeliveries(sql, id, from, into),
  (workspace, from, into) => moveTaggings(workspace, 'contact', from, into),
  (workspace, from, into) => moveReferences(workspace, 'contact', from, into),
  (workspace, from, into) => moveNotes(workspace, 'contact', from, into),
  moveChoices,
  moveMembers,
  moveEvents,
  moveViews,
  moveArticleViews,
  moveNewsViews,
  moveWhatsAppUsers,
  moveCalls,
  moveRatings,
  moveSwitches,
]

/** May be called again: it moves what came since. */
export async function moveAll(workspace: Workspace, from: string, into: string): Promise<void> {
  for (const move of MOVES) await move(workspace, from, into)
  workspace.afterCommit(messengerSignal.notify)
}

async function moveConversationsAndMessages(workspace: Workspace, from: string, into: string) {
  const ids = await moveConversations(workspace, from, into)
  if (ids.length) await reassignMessages(workspace, ids, from, into)
}
