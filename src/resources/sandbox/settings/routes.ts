// The lags of a sandbox: how late searches, and messages to new contacts, see what was written, as in Intercom.

import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { findLags, setLags } from '#workspaces/queries.ts'

const MAX_LAG_MS = 3_600_000

const Lag = (description: string) => Type.Integer({ minimum: 0, maximum: MAX_LAG_MS, description })

const LAGS = {
  search_lag_ms: Lag('Searches do not find what was created or changed less than this ago.'),
  message_lag_ms: Lag('A message to a contact who was created less than this ago gets a 404.'),
}

const SandboxSettings = named('sandbox_settings', Type.Object({ type: Type.Literal('sandbox_settings'), ...LAGS }))

function settings(app: App, { forgetTokens }: Server) {
  app.get(
    '/extensions/sandbox/settings',
    op('getSandboxSettings', { response: SandboxSettings, summary: 'Show the lags of the sandbox' }),
    async ({ workspace }) => ({
      type: 'sandbox_settings' as const,
      ...(await findLags(workspace.sql, workspace.id)),
    }),
  )

  app.put(
    '/extensions/sandbox/settings',
    op('updateSandboxSettings', {
      body: Type.Partial(Type.Object(LAGS)),
      response: SandboxSettings,
      summary: 'Set the lags of search and of messages to new contacts',
    }),
    async ({ workspace, body: { search_lag_ms, message_lag_ms } }) => {
      const before = await findLags(workspace.sql, workspace.id)
      const lags = {
        search_lag_ms: search_lag_ms ?? before.search_lag_ms,
        message_lag_ms: message_lag_ms ?? before.message_lag_ms,
      }
      await setLags(workspace.sql, workspace.id, lags)
      workspace.afterCommit(forgetTokens)
      return { type: 'sandbox_settings' as const, ...lags }
    },
  )
}

export default { group: 'Extensions: sandbox', routes: settings } satisfies Resource
