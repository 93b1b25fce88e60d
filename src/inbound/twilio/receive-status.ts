// Receives a status of a sent SMS from Twilio, and updates its delivery.

import type { AccountRow } from '#channel-accounts/rows.ts'
import { statusUpdateOf } from '#channels/sms/status.ts'
import { readTracker } from '#channels/tracker.ts'
import type { Pool } from '#db/sql.ts'
import { applyStatusUpdate, type DeliveryRef } from '#delivery/status-update.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { type Callback, param } from './callback.ts'

/**
 * The callback URL names the delivery, if its workspace is one of the signers. Without our URL (a Messaging Service's
 * own callback) the message SID finds it. An unknown message changes nothing.
 */
export async function receiveStatus(
  sql: Pool,
  secret: string,
  signers: AccountRow[],
  callback: Callback,
): Promise<void> {
  const update = statusUpdateOf(callback.params)
  if (!update) return
  for (const delivery of deliveriesOf(secret, signers, callback)) {
    const { now } = await openWorkspace(sql, delivery.workspace_id)
    if (await applyStatusUpdate(sql, contactRecords, delivery, update, now())) return
  }
}

function deliveriesOf(secret: string, signers: AccountRow[], callback: Callback): DeliveryRef[] {
  const provider_id = param(callback, 'MessageSid') || param(callback, 'SmsSid')
  if (!provider_id) return []
  const tracked = readTracker(
    secret,
    'twilio delivery',
    URL.parse(callback.signed.url)?.searchParams.get('delivery') ?? '',
  )
  if (!tracked) return signers.map(({ workspace_id }) => ({ workspace_id, channel: 'sms' as const, provider_id }))
  const { workspace_id, delivery_id, attempt } = tracked
  if (!signers.some((account) => account.workspace_id === workspace_id)) return []
  return [{ workspace_id, channel: 'sms', delivery_id, attempt, provider_id }]
}
