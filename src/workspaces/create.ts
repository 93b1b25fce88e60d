// Creates a workspace that can be used at once: with its first admin, its bot, the states of tickets, a help center, a
// brand, and a token.

import type { Sql } from '#db/sql.ts'
import { randomCode } from '#lib/ids.ts'
import {
  insertAdmin,
  insertDefaultBrand,
  insertDefaultHelpCenter,
  insertTicketStates,
  insertWorkspace,
} from './queries.ts'
import { insertToken, newTokenText } from './tokens.ts'

export type NewWorkspace = {
  name: string
  timezone?: string
  /** The workspace that gets the channel accounts of the environment; its token may create other workspaces. */
  is_first?: boolean
  /** The text of the first token. Default: a random one. */
  token?: string
  admin?: { name: string; email: string }
}

export type CreatedWorkspace = { id: string; name: string; token: string; admin_id: string }

export async function createWorkspace(sql: Sql, options: NewWorkspace, at = new Date()): Promise<CreatedWorkspace> {
  const { name, timezone = 'UTC', is_first = false, token = newTokenText() } = options
  const { admin = { name: 'Ada Admin', email: 'ada@example.com' } } = options
  const id = randomCode(8)
  await insertWorkspace(sql, { id, name, timezone, is_first, created_at: at })
  const { id: admin_id } = await insertAdmin(sql, id, { ...admin, is_bot: false }, at)
  await insertAdmin(sql, id, { name: 'Operator', email: `operator+${id}@interphone.invalid`, is_bot: true }, at)
  await insertTicketStates(sql, id, at)
  await insertDefaultHelpCenter(sql, id, name, at)
  await insertDefaultBrand(sql, id, name, at)
  await insertToken(sql, id, token, { name: 'First token', admin_id, is_operator: is_first }, at)
  return { id, name, token, admin_id }
}
