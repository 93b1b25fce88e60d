// Finds the workspace of a recipient address.

import { findAccountsByKey } from '#channel-accounts/rows.ts'
import { domainOf, readSignedAddress } from '#channels/email/addresses.ts'
import type { Sql } from '#db/sql.ts'

/**
 * If only one workspace has the domain, all mail to the domain is for it. If several share it, a signed address or
 * `<workspace id>@domain` decides. Otherwise returns undefined.
 */
export async function workspaceOfAddress(sql: Sql, secret: string, address: string): Promise<string | undefined> {
  const accounts = await findAccountsByKey(sql, 'email', domainOf(address))
  const signed = readSignedAddress(address, secret)?.workspace_id
  if (!signed && accounts.length === 1) return accounts[0]!.workspace_id
  const named = signed ?? address.slice(0, address.lastIndexOf('@')).toLowerCase()
  return accounts.find(({ workspace_id }) => workspace_id === named)?.workspace_id
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
