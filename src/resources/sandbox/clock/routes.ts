// The clock of the workspace, so that a test does not have to wait for a snooze, a retry or five days.

import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { findClock } from '#workspaces/queries.ts'
import { changeClock } from './change.ts'
import { ChangedClock, Clock, ClockRequest, presentClock } from './schema.ts'

function clock(app: App, { forgetTokens, public_url }: Server) {
  app.get(
    '/extensions/sandbox/clock',
    op('getClock', { response: Clock, summary: 'Show the clock of the workspace' }),
    async ({ workspace }) => presentClock(found(await findClock(workspace.sql, workspace.id))),
  )

  app.post(
    '/extensions/sandbox/clock',
    op('setClock', { body: ClockRequest, response: ChangedClock, summary: 'Freeze, advance or reset the clock' }),
    async ({ workspace, body }) => {
      const { clock, woken } = await changeClock(workspace, body, { public_url })
      workspace.afterCommit(forgetTokens)
      return { ...presentClock(clock), woken }
    },
  )
}

export default { group: 'Extensions: sandbox', routes: clock } satisfies Resource
