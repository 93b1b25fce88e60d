// The workspace that a server begins with, and what people may be told of its token.
import type { Config } from '#config.ts'
import { fillWithDemo } from '#resources/index.ts'
import { ensureFirstWorkspace } from '#workspaces/first.ts'
import { newTokenText } from '#workspaces/tokens.ts'
import { keptSecret } from './secrets.ts'
import type { Storage } from './storage.ts'

export type Beginning = { id: string; admin_id: string; token: string | undefined }

/**
 * A generated token is kept in the data directory of the embedded database, and told at every start; with a database of
 * somebody else's it is told once, and kept nowhere.
 */
export async function begin({ sql, is_embedded }: Storage, config: Config): Promise<Beginning> {
  const { id, admin_id, token } = await ensureFirstWorkspace(sql, {
    name: config.demo ? 'Demo' : 'First workspace',
    token: config.token ?? (is_embedded ? keptSecret(config.data_dir, 'token', newTokenText) : undefined),
    fill: async (transaction, workspace) => config.demo && fillWithDemo(transaction, workspace),
  })
  if (config.token && token?.state === 'revoked')
    throw new Error('The token of INTERPHONE_TOKEN has been revoked: set another one, or none.')
  const is_told = token?.state === 'made' || (token?.state === 'kept' && is_embedded)
  return { id, admin_id, token: is_told ? token.text : undefined }
}
