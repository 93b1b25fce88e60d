// Receives statuses of sent WhatsApp messages from Meta, and updates their deliveries.

import { readTracker } from '#channels/tracker.ts'
import type { MessageStatus } from '#channels/whatsapp/status.ts'
import { applyStatusUpdate, type DeliveryRef } from '#delivery/status-update.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { workspaceTime } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Ignores a status of a message that the workspace did not send. */
export async function receiveStatus(workspace: Workspace, secret: string, status: MessageStatus): Promise<void> {
  const delivery = deliveryOf(secret, workspace.id, status)
  if (!delivery) return
  const at = workspaceTime(workspace, status.at)
  await applyStatusUpdate(workspace.sql, contactRecords, delivery, status.update, at)
}

/** Our tracker names the delivery, even before its wamid is stored; without a tracker the wamid does. */
function deliveryOf(secret: string, workspace_id: string, { tracker, wamid }: MessageStatus): DeliveryRef | undefined {
  const about = { workspace_id, channel: 'whatsapp' as const, provider_id: wamid }
  const tracked = tracker === undefined ? undefined : readTracker(secret, 'whatsapp delivery', tracker)
  if (!tracked) return about
  if (tracked.workspace_id !== workspace_id) return undefined
  return { ...about, delivery_id: tracked.delivery_id, attempt: tracked.attempt }
}
