// Whose mail it is: the workspace that an address belongs to.

import { findAccountsByKey } from '#channel-accounts/rows.ts'
import { domainOf, readSignedAddress } from '#channels/email/addresses.ts'
import type { Sql } from '#db/sql.ts'

/**
 * Where one workspace has the domain, all of its mail. Where several share it: what goes to an address that one of them
 * has made, or to `<workspace id>@domain`. Undefined for all else: nobody here would know whose that is.
 */
export async function workspaceOfAddress(sql: Sql, secret: string, address: string): Promise<string | undefined> {
  const accounts = await findAccountsByKey(sql, 'email', domainOf(address))
  const signed = readSignedAddress(address, secret)?.workspace_id
  if (!signed && accounts.length === 1) return accounts[0]!.workspace_id
  const named = signed ?? address.slice(0, address.lastIndexOf('@')).toLowerCase()
  return accounts.find(({ workspace_id }) => workspace_id === named)?.workspace_id
}

/** The recipients of one mail by their workspaces, each of which gets the mail once. */
export async function byWorkspace(sql: Sql, secret: string, recipients: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const address of recipients) {
    const workspace_id = await workspaceOfAddress(sql, secret, address)
    if (workspace_id) found.set(workspace_id, [...(found.get(workspace_id) ?? []), address])
  }
  return found
}
