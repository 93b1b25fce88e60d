// Finds the delivery that a status is for.
import type { ChannelName } from '#channels/channel.ts'
import { rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type DeliveryRef = { id: string; channel: ChannelName }

export const findById = (workspace: Workspace, id: string) => workspace.sql<DeliveryRef[]>`
  select id, channel from deliveries where workspace_id = ${workspace.id} and id = ${rowId(id)}`

/** Finds deliveries of the message itself, not of later replies. Two are enough to see that there are several. */
export const findByMessage = (workspace: Workspace, message_id: string, contact_id: string | null) =>
  workspace.sql<DeliveryRef[]>`
    select id, channel from deliveries
    where workspace_id = ${workspace.id} and message_id = ${rowId(message_id)} and part_id is null
      and (${contact_id}::text is null or contact_id = ${contact_id})
    order by id limit 2`

export const findByWhatsAppId = (workspace: Workspace, provider_id: string) => workspace.sql<DeliveryRef[]>`
  select id, channel from deliveries
  where workspace_id = ${workspace.id} and provider_id = ${provider_id} and channel = 'whatsapp' limit 1`
