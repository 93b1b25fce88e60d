// Finds the contacts who can reply to a message or in a conversation.

import type { ChannelName } from '#channels/channel.ts'
import { rowId } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** A contact who can reply, with the conversation and the channel of the reply. */
export type ReplyTarget = { contact_id: string; conversation_id: string; channel: ChannelName }

/** Returns the recipients of an admin's message, each with the conversation that a reply creates or continues. */
export const listRecipients = (workspace: Workspace, message_id: string) => workspace.sql<ReplyTarget[]>`
  select contact_id, conversation_id, channel from deliveries
  where workspace_id = ${workspace.id} and message_id = ${rowId(message_id)} and part_id is null order by id`

/** Returns the participants of a conversation, or the recipients of the message that reserved it. */
export const listParticipants = (workspace: Workspace, conversation_id: string) => workspace.sql<ReplyTarget[]>`
  select contact_id, conversation_id, case when source_type in ('conversation', 'phone_switch') then 'inapp' else source_type end as channel
  from conversation_contacts taking_part
  join conversations on conversations.workspace_id = ${workspace.id} and conversations.id = conversation_id
  where taking_part.workspace_id = ${workspace.id} and conversation_id = ${rowId(conversation_id)}
  union
  select contact_id, conversation_id, channel from deliveries
  where workspace_id = ${workspace.id} and conversation_id = ${rowId(conversation_id)} and ${reserves(workspace.sql)}
    and not exists (select from conversations where workspace_id = ${workspace.id} and id = deliveries.conversation_id)
  order by contact_id`
