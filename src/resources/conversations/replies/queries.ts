// Whom a reply comes from and goes to.

import type { ChannelName } from '#channels/channel.ts'
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/**
 * The participants who can be written to on a channel, with their addresses there. They count as contacted now; they
 * are taken in one order, so that two answers to the same people do not wait for each other.
 */
export const markContacted = (workspace: Workspace, conversation_id: string, channel: ChannelName) => {
  const { sql, id } = workspace
  const phone = sql`formatted_phone`
  const address = { inapp: sql`contacts.id`, email: sql`email`, sms: phone, whatsapp: phone }[channel]
  return sql<{ id: string; name: string | null; address: string }[]>`
    update contacts set last_contacted_at = ${workspace.now()}
    from (
      select contacts.id, name, ${address} as address
      from conversation_contacts taking_part
      join contacts on contacts.workspace_id = ${id} and contacts.id = contact_id
      where taking_part.workspace_id = ${id} and conversation_id = ${conversation_id} and ${address} is not null
        and is_live and blocked_at is null
      order by contacts.id for no key update of contacts
    ) reached
    where contacts.workspace_id = ${id} and contacts.id = reached.id
    returning reached.id, reached.name, reached.address`
}

/**
 * What a contact's `last` conversation is: the newest of those the contact takes part in and of the messages to the
 * contact that nobody has answered yet, whose conversations are to come.
 */
export const findLastConversationId = async (workspace: Workspace, contact_id: string): Promise<string | undefined> =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select id from (
        select conversations.id, updated_at as at
        from conversation_contacts join conversations
          on conversations.workspace_id = ${workspace.id} and conversations.id = conversation_id
        where conversation_contacts.workspace_id = ${workspace.id} and contact_id = ${contact_id}
        union all
        select conversation_id, created_at from deliveries
        where workspace_id = ${workspace.id} and contact_id = ${contact_id} and part_id is null and status <> 'failed'
          and not (status = 'queued' and broadcast_id <> 0)
          and not exists (
            select from conversations where workspace_id = ${workspace.id} and id = deliveries.conversation_id)
      ) candidates
      order by at desc, id desc limit 1`)
  )?.id
