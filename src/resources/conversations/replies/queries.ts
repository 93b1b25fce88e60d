// Finds the conversation that a reply belongs to.
import { one } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { isNoTicket } from '../fragments.ts'

/**
 * Returns the id of a contact's `last` conversation: the newest one of which the contact is a participant, or that is
 * reserved by a message to the contact without a reply so far.
 */
export const findLastConversationId = async (workspace: Workspace, contact_id: string): Promise<string | undefined> =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select id from (
        select conversations.id, updated_at as at
        from conversation_contacts join conversations
          on conversations.workspace_id = ${workspace.id} and conversations.id = conversation_id
        where conversation_contacts.workspace_id = ${workspace.id} and contact_id = ${contact_id} and ${isNoTicket(workspace.sql)}
        union all
        select conversation_id, created_at from deliveries
        where workspace_id = ${workspace.id} and contact_id = ${contact_id} and ${reserves(workspace.sql)} and status <> 'failed'
          and not (status = 'queued' and broadcast_id <> 0)
          and not exists (
            select from conversations where workspace_id = ${workspace.id} and id = deliveries.conversation_id)
      ) candidates
      order by at desc, id desc limit 1`)
  )?.id
