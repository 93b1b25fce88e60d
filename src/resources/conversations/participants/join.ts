// Adds a contact to a conversation who was no participant, but has replied in it.
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { record } from '../state/record.ts'
import { addParticipant } from './queries.ts'

/** `conversation` must be locked. Does nothing if the contact is a participant already. */
export async function joinConversation(
  workspace: Workspace,
  conversation: ConversationRow,
  contact: ContactRow,
): Promise<void> {
  if (!(await addParticipant(workspace, conversation.id, contact.id))) return
  await record(
    workspace,
    conversation,
    outcomeOf(conversation, 'contact_joins', {}),
    {
      author: { type: contact.role, id: contact.id },
      created_at: workspace.now(),
    },
    { contact_id: contact.id },
  )
}
