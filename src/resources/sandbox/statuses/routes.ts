// Statuses: a test reports what a provider would report after it has accepted a message.

import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { findDelivery } from '#resources/deliveries/queries.ts'
import { presentDelivery } from '#resources/deliveries/schema.ts'
import type { Resource } from '#server.ts'
import { reportStatus } from './report-status.ts'
import { ReportedStatus, StatusRequest } from './schema.ts'

function statuses(app: App) {
  app.post(
    '/extensions/sandbox/statuses',
    op('sayStatus', {
      refuses: [404],
      body: StatusRequest,
      response: ReportedStatus,
      summary: 'Report a status of a delivery, as its provider would',
    }),
    async ({ workspace, body }) => {
      const { id, moved } = await reportStatus(workspace, body)
      return { ...presentDelivery(found(await findDelivery(workspace, id))), moved }
    },
  )
}

export default { group: 'Extensions: sandbox', routes: statuses } satisfies Resource
