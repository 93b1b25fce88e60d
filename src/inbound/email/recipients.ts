// Finds the workspace of a recipient address.

import { findAccountsByKey } from '#channel-accounts/rows.ts'
import { domainOf, readSignedAddress } from '#channels/email/addresses.ts'
import type { Sql } from '#db/sql.ts'

/**
 * Returns the workspace that has the address's domain. Undefined if none has it, or if another workspace signed the
 * address.
 */
export async function workspaceOfAddress(sql: Sql, secret: string, address: string): Promise<string | undefined> {
  const domain = domainOf(address)
  const [account] = domain ? await findAccountsByKey(sql, 'email', domain) : []
  const signed = readSignedAddress(address, secret)
  return !signed || signed.workspace_id === account?.workspace_id ? account?.workspace_id : undefined
}

/** Groups the recipients of one mail by workspace. Each workspace receives the mail once. */
export async function byWorkspace(sql: Sql, secret: string, recipients: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const address of recipients) {
    const workspace_id = await workspaceOfAddress(sql, secret, address)
    if (workspace_id) found.set(workspace_id, [...(found.get(workspace_id) ?? []), address])
  }
  return found
}
