// The SQL of a conversation's participants.
import { type Fragment, one } from '#db/sql.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, withCalendar } from '../queries.ts'

export const isParticipant = async (
  workspace: Workspace,
  conversation_id: string,
  contact_id: string,
): Promise<boolean> =>
  (
    await workspace.sql`
      select from conversation_contacts where workspace_id = ${workspace.id}
        and conversation_id = ${conversation_id} and contact_id = ${contact_id}`
  ).count > 0

/** A query that returns the contact ids of the participants. */
export const participantIds = ({ sql, id }: Workspace, conversation_id: string): Fragment => sql`
  select contact_id from conversation_contacts where workspace_id = ${id} and conversation_id = ${conversation_id}`

/** Returns the live contact that joined first. */
export const findFirstParticipant = ({ sql, id }: Workspace, conversation_id: string) =>
  one(sql<ContactRow[]>`
    select contacts.* from conversation_contacts
    join contacts on contacts.workspace_id = ${id} and contacts.id = contact_id and is_live
    where conversation_contacts.workspace_id = ${id} and conversation_id = ${conversation_id}
    order by joined_at, contact_id limit 1`)

/** Returns false if the contact is a participant already. */
export const addParticipant = async (workspace: Workspace, conversation_id: string, contact_id: string) =>
  (
    await workspace.sql`
      insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
      values (${workspace.id}, ${conversation_id}, ${contact_id}, ${workspace.now()})
      on conflict do nothing`
  ).count > 0

export const deleteParticipant = (workspace: Workspace, conversation_id: string, contact_id: string) => workspace.sql`
  delete from conversation_contacts
  where workspace_id = ${workspace.id} and conversation_id = ${conversation_id} and contact_id = ${contact_id}`

export const countParticipants = async ({ sql, id }: Workspace, conversation_id: string): Promise<number> => {
  const [counted] = await sql<{ count: number }[]>`
    select count(*)::int from conversation_contacts
    where workspace_id = ${id} and conversation_id = ${conversation_id}`
  return counted!.count
}

/** Returns the conversations of a live contact that are not closed, and locks them until the transaction ends. */
export const lockOpenConversationsOf = (workspace: Workspace, contact_id: string) => workspace.sql<ConversationRow[]>`
  select ${withCalendar(workspace)} from conversations
  where workspace_id = ${workspace.id} and state <> 'closed' and id in (
    select conversation_id from conversation_contacts
    join contacts on contacts.workspace_id = ${workspace.id} and contacts.id = contact_id and is_live
    where conversation_contacts.workspace_id = ${workspace.id} and contact_id = ${contact_id})
  order by id for update of conversations`
