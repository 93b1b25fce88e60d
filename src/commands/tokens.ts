// The commands interphone token create, list and revoke.
import type { Pool } from '#db/sql.ts'
import { print, table } from '#lib/terminal.ts'
import { findFirstAdmin } from '#workspaces/queries.ts'
import { insertToken, listTokens, newTokenText, revokeToken, SCOPES, type Scope } from '#workspaces/tokens.ts'
import { workspaceNamed } from './workspaces.ts'

/**
 * Returns the scopes of a list such as `read_admins,write_tickets`.
 * @throws Error with one sentence that names the first unknown scope.
 */
export function parseScopes(list: string): Scope[] {
  const names = list.split(/[\s,]+/).filter(Boolean)
  if (!names.length) throw new Error(`--scopes must name at least one of: ${SCOPES.join(', ')}.`)
  for (const name of names)
    if (!SCOPES.includes(name as Scope)) throw new Error(`There is no scope ${name}, only: ${SCOPES.join(', ')}.`)
  return [...new Set(names as Scope[])]
}

type NewToken = { workspace?: string; name: string; scopes?: string }

export async function createToken(sql: Pool, { workspace, name, scopes: list }: NewToken) {
  const scopes = list === undefined ? null : parseScopes(list)
  const { id } = await workspaceNamed(sql, workspace)
  const admin = await findFirstAdmin(sql, id)
  const text = newTokenText()
  await insertToken(sql, id, text, { name, admin_id: admin.id, scopes }, new Date())
  print(text)
}

export async function showTokens(sql: Pool, { workspace }: { workspace?: string }) {
  const { id } = await workspaceNamed(sql, workspace)
  const rows = (await listTokens(sql, id)).map((token) => [
    token.id,
    token.name,
    token.created_at.toISOString(),
    token.scopes?.join(' ') ?? 'all',
    token.revoked_at ? `revoked ${token.revoked_at.toISOString()}` : '',
  ])
  print(...table([['ID', 'NAME', 'CREATED', 'SCOPES', ''], ...rows]))
}

export async function endToken(sql: Pool, token: string, { workspace }: { workspace?: string }) {
  const { id } = await workspaceNamed(sql, workspace)
  if (!(await revokeToken(sql, id, token, new Date()))) throw new Error(`Workspace ${id} has no token ${token}.`)
  print(`Token ${token} is revoked.`)
}
