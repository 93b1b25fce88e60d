// The first workspace: created by the first start, with a working token.
import type { Pool, Sql } from '#db/sql.ts'
import { type CreatedWorkspace, createWorkspace } from './create.ts'
import { findFirstAdmin, findFirstWorkspace, lockFirstWorkspace } from './queries.ts'
import { findToken, hashToken, insertToken, newTokenText } from './tokens.ts'

/** `token.state`: `created` now, `existing` from an earlier start, or `revoked`. Absent if its text is not known. */
export type FirstWorkspace = {
  id: string
  admin_id: string
  token?: { text: string; state: 'created' | 'existing' | 'revoked' }
}

type Options = {
  name: string
  /** Is added to the workspace's tokens if it is not one yet. If undefined, only a new workspace gets a token. */
  token: string | undefined
  /** Fills a new workspace, in the transaction that creates it. */
  fill(sql: Sql, workspace: CreatedWorkspace): Promise<unknown>
}

/** If several processes call this at once, one creates the workspace and the others find it. */
export function ensureFirstWorkspace(pool: Pool, { name, token, fill }: Options): Promise<FirstWorkspace> {
  return pool.begin(async (sql) => {
    await lockFirstWorkspace(sql)
    const first = await findFirstWorkspace(sql)
    if (!first) {
      const created = await createWorkspace(sql, { name, is_first: true, token: token ?? newTokenText() })
      await fill(sql, created)
      return { id: created.id, admin_id: created.admin_id, token: { text: created.token, state: 'created' } }
    }
    const { id: admin_id } = await findFirstAdmin(sql, first.id)
    const workspace = { id: first.id, admin_id }
    return token ? { ...workspace, token: { text: token, state: await addToken(sql, workspace, token) } } : workspace
  })
}

async function addToken(sql: Sql, { id, admin_id }: { id: string; admin_id: string }, text: string) {
  const known = await findToken(sql, hashToken(text))
  if (known?.workspace_id === id) return known.revoked_at ? 'revoked' : 'existing'
  if (known) throw new Error('The token of the first workspace is already a token of another workspace.')
  await insertToken(sql, id, text, { name: 'First token', admin_id, is_operator: true }, new Date())
  return 'created'
}
