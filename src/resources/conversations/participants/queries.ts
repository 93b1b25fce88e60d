// The SQL of a conversation's participants.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

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

/** Returns false if the contact is a participant already. */
export const addParticipant = async (workspace: Workspace, conversation_id: string, contact_id: string) =>
  (
    await workspace.sql`
      insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
      values (${workspace.id}, ${conversation_id}, ${contact_id}, ${workspace.now()})
      on conflict do nothing`
  ).count > 0
