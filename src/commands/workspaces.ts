// The commands interphone workspace create, list and allow-all-ips, and interphone demo.
import type { Pool } from '#db/sql.ts'
import { print, table } from '#lib/terminal.ts'
import { fillWithDemo } from '#resources/index.ts'
import { turnOff } from '#resources/ip-allowlist/queries.ts'
import { createWorkspace } from '#workspaces/create.ts'
import { findFirstWorkspace, findWorkspace, listWorkspaces } from '#workspaces/queries.ts'

export async function addWorkspace(sql: Pool, name: string, { demo = false }) {
  const { id, token } = await sql.begin(async (transaction) => {
    const created = await createWorkspace(transaction, { name })
    if (demo) await fillWithDemo(transaction, created)
    return created
  })
  print(
    ...table([
      ['Workspace', id],
      ['Token', token],
    ]),
  )
}

export async function showWorkspaces(sql: Pool) {
  const rows = (await listWorkspaces(sql)).map(({ id, name, created_at, is_first }) => [
    id,
    name,
    created_at.toISOString(),
    is_first ? 'first' : '',
  ])
  print(...table([['ID', 'NAME', 'CREATED', ''], ...rows]))
}

/** A running server sees the change within seconds. */
export async function allowAllIps(sql: Pool, id: string) {
  const workspace = await workspaceNamed(sql, id)
  const { count } = await turnOff(sql, workspace.id)
  print(count ? `The IP allowlist of ${workspace.name} is off.` : `${workspace.name} has no IP allowlist.`)
}

/** Returns the named workspace, or the first one. */
export async function workspaceNamed(sql: Pool, id: string | undefined) {
  const workspace = id ? await findWorkspace(sql, id) : await findFirstWorkspace(sql)
  if (workspace) return workspace
  throw new Error(id ? `There is no workspace ${id}.` : 'There is no workspace yet: the first start creates one.')
}
