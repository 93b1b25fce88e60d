// Faults: errors that a test arms for its own workspace.

import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { deleteFault, deleteFaults, listFaults } from '#workspaces/faults.ts'
import { armFault } from './arm.ts'
import { Disarmed, Fault, FaultList, FaultRequest, presentFault } from './schema.ts'

function faults(app: App, { forgetTokens, operations, topics }: Server) {
  app.get(
    '/extensions/sandbox/faults',
    op('listFaults', { response: FaultList, summary: 'List armed faults, and how often each will still occur' }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listFaults(workspace)).map(presentFault) }),
  )

  app.post(
    '/extensions/sandbox/faults',
    op('armFault', {
      body: FaultRequest,
      response: Fault,
      summary: 'Arm a fault for the next requests, sends or webhooks',
    }),
    async ({ workspace, body }) => {
      const armed = await armFault(workspace, body, { operations, topics })
      workspace.afterCommit(forgetTokens)
      return presentFault(armed)
    },
  )

  app.delete(
    '/extensions/sandbox/faults',
    op('disarmFaults', { response: Disarmed, summary: 'Disarm all faults' }),
    async ({ workspace }) => {
      const disarmed = await deleteFaults(workspace)
      workspace.afterCommit(forgetTokens)
      return { type: 'faults' as const, disarmed }
    },
  )

  app.delete(
    '/extensions/sandbox/faults/:id',
    op('disarmFault', { params: ById, response: Fault, summary: 'Disarm a fault' }),
    async ({ workspace, params }) => {
      const disarmed = found(await deleteFault(workspace, params.id), 'Fault not found')
      workspace.afterCommit(forgetTokens)
      return presentFault(disarmed)
    },
  )
}

export default { group: 'Extensions: sandbox', routes: faults } satisfies Resource
