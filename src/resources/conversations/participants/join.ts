// Somebody who was not asked takes part in a conversation, because they answered in it.
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from '../queries.ts'
import { record } from '../state/record.ts'
import { contactJoins } from '../state/transitions.ts'
import { addParticipant } from './queries.ts'

/** `conversation` must be locked. Whoever takes part already, does not join again. */
export async function joinConversation(
  workspace: Workspace,
  conversation: ConversationRow,
  contact: ContactRow,
): Promise<void> {
  if (!(await addParticipant(workspace, conversation.id, contact.id))) return
  await record(workspace, conversation, contactJoins(), {
    author: { type: contact.role, id: contact.id },
    created_at: workspace.now(),
  })
}
