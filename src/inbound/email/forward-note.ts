// The note in a conversation that a teammate's forward began: who forwarded the mail, and what they wrote above it.
import type { Mailbox } from '#channels/email/inbound/mail.ts'
import { escapeHtml } from '#lib/html.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The bot writes it, not the admin: `From` can be forged, and nobody may write notes in a teammate's name. */
export async function addForwardNote(workspace: Workspace, conversation_id: string, by: Mailbox, note: string) {
  const conversation = await lockConversation(workspace, conversation_id)
  if (!conversation) return
  await record(workspace, conversation, outcomeOf(conversation, 'admin_notes', {}), {
    author: { type: 'bot' },
    body: forwardNote(by, note),
    created_at: workspace.now(),
  })
}

/** `note` is safe HTML; empty if the teammate wrote nothing. */
export function forwardNote(by: Mailbox, note: string): string {
  const forwarder = escapeHtml(by.name ? `${by.name} <${by.address}>` : by.address)
  return note ? `${FORWARDED_BY}${forwarder}, who wrote:</p>\n${note}` : `${FORWARDED_BY}${forwarder}</p>`
}

/** How the note begins: a reader finds it by that. */
export const FORWARDED_BY = '<p>Forwarded by '
