// The first workspace: there from the first start on, with a token that works.
import type { Pool, Sql } from '#db/sql.ts'
import { type CreatedWorkspace, createWorkspace } from './create.ts'
import { findFirstAdmin, findFirstWorkspace, lockFirstWorkspace } from './queries.ts'
import { findToken, hashToken, insertToken, newTokenText } from './tokens.ts'

/** Its token, where anybody knows it, is `unknown` to the workspace no longer: `made` just now, `kept` or `revoked`. */
export type FirstWorkspace = {
  id: string
  admin_id: string
  token?: { text: string; state: 'made' | 'kept' | 'revoked' }
}

type Options = {
  name: string
  /** Becomes a token of the workspace where it is none yet. Absent: only a new workspace gets one, made up. */
  token: string | undefined
  /** Puts more into a new workspace, in the transaction that makes it. */
  fill(sql: Sql, workspace: CreatedWorkspace): Promise<unknown>
}

/** Of processes that do this at once, one makes the workspace and the others find it. */
export function ensureFirstWorkspace(pool: Pool, { name, token, fill }: Options): Promise<FirstWorkspace> {
  return pool.begin(async (sql) => {
    await lockFirstWorkspace(sql)
    const first = await findFirstWorkspace(sql)
    if (!first) {
      const created = await createWorkspace(sql, { name, is_first: true, token: token ?? newTokenText() })
      await fill(sql, created)
      return { id: created.id, admin_id: created.admin_id, token: { text: created.token, state: 'made' } }
    }
    const { id: admin_id } = await findFirstAdmin(sql, first.id)
    const workspace = { id: first.id, admin_id }
    return token ? { ...workspace, token: { text: token, state: await admit(sql, workspace, token) } } : workspace
  })
}

async function admit(sql: Sql, { id, admin_id }: { id: string; admin_id: string }, text: string) {
  const known = await findToken(sql, hashToken(text))
  if (known?.workspace_id === id) return known.revoked_at ? 'revoked' : 'kept'
  if (known) throw new Error('The token of the first workspace is already a token of another workspace.')
  await insertToken(sql, id, text, { name: 'First token', admin_id, is_operator: true }, new Date())
  return 'made'
}
