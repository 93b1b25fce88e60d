// Sets the company that a conversation is about.
import { theCompany } from '#resources/companies/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitConversation } from '../emit.ts'
import { type ConversationRow, isTicket, updateConversationRow } from '../queries.ts'

/** Null removes the company. `conversation` must be locked. @throws a 404 if there is no such company. */
export async function setCompany(
  workspace: Workspace,
  conversation: Pick<ConversationRow, 'id' | 'company_id' | 'ticket_type_id'>,
  company_id: string | null,
): Promise<void> {
  if (company_id !== null) await theCompany(workspace, company_id)
  if (company_id === conversation.company_id) return
  await updateConversationRow(workspace, conversation.id, { company_id })
  if (!isTicket(conversation))
    await emitConversation(workspace, { topic: 'conversation.company.updated', id: conversation.id })
}
