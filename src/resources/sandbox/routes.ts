// The sandbox: resets the workspace for the next test.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { SERVER_CLOCK } from '#workspaces/clock.ts'
import { setClock, setLags } from '#workspaces/queries.ts'
import { NO_LAGS } from '#workspaces/workspace.ts'
import { emptyWorkspace } from './reset/queries.ts'

function sandbox(app: App, { forgetTokens, kept_tables }: Server) {
  app.post(
    '/extensions/sandbox/reset',
    op('resetSandbox', {
      time_limit_ms: 10 * 60_000,
      response: Type.Object({ type: Type.Literal('workspace'), id: Type.String(), reset: Type.Literal(true) }),
      summary: 'Empty the workspace; disarm faults, reset the clock and the lags',
    }),
    async ({ workspace }) => {
      await emptyWorkspace(workspace, kept_tables)
      await setClock(workspace.sql, workspace.id, SERVER_CLOCK)
      await setLags(workspace.sql, workspace.id, NO_LAGS)
      workspace.afterCommit(forgetTokens)
      return { type: 'workspace' as const, id: workspace.id, reset: true as const }
    },
  )
}

export default { group: 'Extensions: sandbox', routes: sandbox } satisfies Resource
