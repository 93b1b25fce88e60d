// Away status reasons: a fixed list, from which an admin chooses one when they go away.
import { type App, op } from '#http/op.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { listAwayStatusReasons } from './queries.ts'
import { AwayStatusReasonList, presentAwayStatusReason } from './schema.ts'

function awayStatusReasons(app: App) {
  app.get(
    '/away_status_reasons',
    op('listAwayStatusReasons', {
      summary: 'List the reasons for being away, deleted ones too',
      sdk: (client) => client.awayStatusReasons.listAwayStatusReasons(),
      scope: 'read_admins',
      since: '2.14',
      response: AwayStatusReasonList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listAwayStatusReasons(workspace)).map(presentAwayStatusReason),
    }),
  )
}

export default {
  group: 'Away Status Reasons',
  routes: awayStatusReasons,
  kept_tables: ['away_status_reasons'],
  given: async (workspace) =>
    (await listAwayStatusReasons(workspace)).map(({ id, label }) => ({ type: 'away_status_reason', id, name: label })),
  demo,
} satisfies Resource
