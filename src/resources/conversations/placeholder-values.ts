// The values that placeholders in a text can have: of a contact, of the admin of the token, and of a conversation.
import { findAdmin } from '#resources/admins/queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Values } from '#resources/macros/placeholders.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from './queries.ts'

/** `user`, `lead`, `contact` and `customer` are the contact; without one, they have no values. */
export async function placeholderValues(
  workspace: Workspace,
  { contact, conversation }: { contact: ContactRow | undefined; conversation: ConversationRow | undefined },
): Promise<Values> {
  const user = contact ? valuesOf(contact) : {}
  const admin = await findAdmin(workspace, workspace.admin_id)
  return {
    ...{ user, lead: user, contact: user, customer: user },
    teammate: admin ? { id: admin.id, ...names(admin.name), email: admin.email, job_title: admin.job_title } : {},
    conversation: conversation ? ofConversation(conversation) : {},
  }
}

const ofConversation = ({ id, title, subject, state, priority, custom_attributes }: ConversationRow) => ({
  ...{ id, title, subject, state, priority, custom_attributes },
})

const valuesOf = ({ id, name, email, phone, external_id, role, custom_attributes }: ContactRow) => ({
  ...{ id, email, phone, role, external_id, user_id: external_id, custom_attributes },
  ...names(name),
})

/** The first word of a name is the first name. */
function names(name: string | null) {
  const [first_name = null, ...rest] = name?.trim().split(/\s+/) ?? []
  return { name, first_name, last_name: rest.join(' ') || null }
}
