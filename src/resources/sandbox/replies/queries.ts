// Who may answer what.

import type { ChannelName } from '#channels/channel.ts'
import { rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Somebody who can answer, and where the answer goes. */
export type Addressee = { contact_id: string; conversation_id: string; channel: ChannelName }

/** Whom an admin's message went to, each with the conversation that an answer opens or goes on with. */
export const listAddressees = (workspace: Workspace, message_id: string) => workspace.sql<Addressee[]>`
  select contact_id, conversation_id, channel from deliveries
  where workspace_id = ${workspace.id} and message_id = ${rowId(message_id)} and part_id is null order by id`

/** Who takes part in a conversation, or got the message that reserved it. */
export const listParticipants = (workspace: Workspace, conversation_id: string) => workspace.sql<Addressee[]>`
  select contact_id, conversation_id, case source_type when 'conversation' then 'inapp' else source_type end as channel
  from conversation_contacts taking_part
  join conversations on conversations.workspace_id = ${workspace.id} and conversations.id = conversation_id
  where taking_part.workspace_id = ${workspace.id} and conversation_id = ${rowId(conversation_id)}
  union
  select contact_id, conversation_id, channel from deliveries
  where workspace_id = ${workspace.id} and conversation_id = ${rowId(conversation_id)} and part_id is null
    and not exists (select from conversations where workspace_id = ${workspace.id} and id = deliveries.conversation_id)
  order by contact_id`
