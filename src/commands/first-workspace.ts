// Creates or finds the first workspace when a server starts, and decides whether its token is shown.
import type { Config } from '#config.ts'
import { fillWithDemo } from '#resources/index.ts'
import { ensureFirstWorkspace } from '#workspaces/first.ts'
import { newTokenText } from '#workspaces/tokens.ts'
import { storedSecret } from './secrets.ts'
import type { Storage } from './storage.ts'

/** `token` is undefined if it is not shown. */
export type FirstWorkspace = { id: string; admin_id: string; token: string | undefined }

/**
 * With the embedded database, a generated token is stored in the data directory and shown at every start. With another
 * database it is shown once, and its text is not stored.
 */
export async function openFirstWorkspace({ sql, is_embedded }: Storage, config: Config): Promise<FirstWorkspace> {
  const { id, admin_id, token } = await ensureFirstWorkspace(sql, {
    name: config.demo ? 'Demo' : 'First workspace',
    token: config.token ?? (is_embedded ? storedSecret(config.data_dir, 'token', newTokenText) : undefined),
    fill: async (transaction, workspace) => config.demo && fillWithDemo(transaction, workspace),
  })
  if (config.token && token?.state === 'revoked')
    throw new Error('The token of INTERPHONE_TOKEN has been revoked: set another one, or none.')
  const is_shown = token?.state === 'created' || (token?.state === 'existing' && is_embedded)
  return { id, admin_id, token: is_shown ? token.text : undefined }
}
