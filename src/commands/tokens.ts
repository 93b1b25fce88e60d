// The commands interphone token create, list and revoke.
import type { Pool } from '#db/sql.ts'
import { print, table } from '#lib/terminal.ts'
import { findFirstAdmin, findFirstWorkspace, findWorkspace } from '#workspaces/queries.ts'
import { insertToken, listTokens, newTokenText, revokeToken } from '#workspaces/tokens.ts'

/** Returns the named workspace, or the first one. */
async function workspaceNamed(sql: Pool, id: string | undefined) {
  const workspace = id ? await findWorkspace(sql, id) : await findFirstWorkspace(sql)
  if (workspace) return workspace
  throw new Error(id ? `There is no workspace ${id}.` : 'There is no workspace yet: the first start creates one.')
}

export async function createToken(sql: Pool, { workspace, name }: { workspace?: string; name: string }) {
  const { id } = await workspaceNamed(sql, workspace)
  const admin = await findFirstAdmin(sql, id)
  const text = newTokenText()
  await insertToken(sql, id, text, { name, admin_id: admin.id }, new Date())
  print(text)
}

export async function showTokens(sql: Pool, { workspace }: { workspace?: string }) {
  const { id } = await workspaceNamed(sql, workspace)
  const rows = (await listTokens(sql, id)).map((token) => [
    token.id,
    token.name,
    token.created_at.toISOString(),
    token.revoked_at ? `revoked ${token.revoked_at.toISOString()}` : '',
  ])
  print(...table([['ID', 'NAME', 'CREATED', ''], ...rows]))
}

export async function endToken(sql: Pool, token: string, { workspace }: { workspace?: string }) {
  const { id } = await workspaceNamed(sql, workspace)
  if (!(await revokeToken(sql, id, token, new Date()))) throw new Error(`Workspace ${id} has no token ${token}.`)
  print(`Token ${token} is revoked.`)
}
