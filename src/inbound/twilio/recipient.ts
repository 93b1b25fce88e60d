// Finds the workspace of a received SMS if several workspaces share one Twilio account.

import type { AccountRow } from '#channel-accounts/rows.ts'
import type { Pool } from '#db/sql.ts'
import { providedNumber } from '#lib/phone.ts'
import { type Callback, param } from './callback.ts'
import { findLastWriter } from './queries.ts'

/**
 * Returns the signer with the number or service that the SMS was sent to. If none or several have it, returns the one
 * that last wrote to the sender, or undefined.
 */
export async function recipientOf(sql: Pool, signers: AccountRow[], callback: Callback): Promise<string | undefined> {
  const to = param(callback, 'To')
  const service = param(callback, 'MessagingServiceSid')
  const owners = signers.filter(
    ({ settings: { from, messaging_service_sid } }) =>
      (to && from === to) || (service && messaging_service_sid === service),
  )
  const possible = (owners.length ? owners : signers).map(({ workspace_id }) => workspace_id)
  if (possible.length === 1) return possible[0]
  const number = providedNumber(param(callback, 'From'))
  const writer = number && (await findLastWriter(sql, possible, number))
  return writer || (owners.length ? possible[0] : undefined)
}
