// What Twilio reports of a message that was sent, kept with its delivery.

import type { AccountRow } from '#channel-accounts/rows.ts'
import { statusUpdateOf } from '#channels/sms/status.ts'
import { readTracker } from '#channels/tracker.ts'
import type { Pool } from '#db/sql.ts'
import { type Meant, report } from '#delivery/report.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { type Callback, param } from './callback.ts'

/**
 * The delivery is the one that the address was made for, if its workspace is among those that have signed; without such
 * an address (a service's own callback) the one that bears the message's name. One that nobody knows changes nothing.
 */
export async function takeStatus(sql: Pool, secret: string, signers: AccountRow[], callback: Callback): Promise<void> {
  const word = statusUpdateOf(callback.params)
  if (!word) return
  for (const meant of meantBy(secret, signers, callback)) {
    if (await report(sql, contactRecords, meant, word, (await openWorkspace(sql, meant.workspace_id)).now())) return
  }
}

function meantBy(secret: string, signers: AccountRow[], callback: Callback): Meant[] {
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
