// Receives a status of a sent WhatsApp message from Meta, and updates its delivery.

import { readTracker } from '#channels/tracker.ts'
import { type MessageStatus, readStatus } from '#channels/whatsapp/status.ts'
import type { Pool } from '#db/sql.ts'
import { applyStatusUpdate, type DeliveryRef } from '#delivery/status-update.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { openWorkspace, workspaceTime } from '#workspaces/open.ts'

/** Returns false if the status cannot be read. Ignores statuses of messages that the workspace did not send. */
export async function receiveStatus(sql: Pool, secret: string, workspace_id: string, value: unknown): Promise<boolean> {
  const status = readStatus(value)
  if (status === undefined) return false
  if (status === 'ignored') return true
  const delivery = deliveryOf(secret, workspace_id, status)
  if (!delivery) return true
  const workspace = await openWorkspace(sql, workspace_id)
  await applyStatusUpdate(sql, contactRecords, delivery, status.update, workspaceTime(workspace, status.at))
  return true
}

/** Our tracker names the delivery, even before its wamid is stored; without a tracker the wamid does. */
function deliveryOf(secret: string, workspace_id: string, { tracker, wamid }: MessageStatus): DeliveryRef | undefined {
  const about = { workspace_id, channel: 'whatsapp' as const, provider_id: wamid }
  const tracked = tracker === undefined ? undefined : readTracker(secret, 'whatsapp delivery', tracker)
  if (!tracked) return about
  if (tracked.workspace_id !== workspace_id) return undefined
  return { ...about, delivery_id: tracked.delivery_id, attempt: tracked.attempt }
}
