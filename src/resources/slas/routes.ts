// SLAs, which Intercom sets up in its web app. `conversations/slas/` applies them.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { deleteSla, listSlas, NO_SLA, theSla } from './queries.ts'
import { changeSla, createSla } from './save.ts'
import { DeletedSla, NewSlaRequest, presentSla, Sla, SlaList, SlaRequest } from './schema.ts'

function slas(app: App) {
  app.get(
    '/extensions/slas',
    op('listSlas', { summary: 'List the SLAs', response: SlaList }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listSlas(workspace)).map(presentSla),
    }),
  )

  app.post(
    '/extensions/slas',
    op('createSla', { summary: 'Create an SLA', body: NewSlaRequest, response: Sla }),
    async ({ workspace, body }) => presentSla(await createSla(workspace, body)),
  )

  app.get(
    '/extensions/slas/:id',
    op('getSla', { summary: 'Show an SLA', params: ById, response: Sla }),
    async ({ workspace, params }) => presentSla(await theSla(workspace, params.id)),
  )

  app.put(
    '/extensions/slas/:id',
    op('updateSla', { summary: 'Change an SLA', params: ById, body: SlaRequest, response: Sla }),
    async ({ workspace, params, body }) => presentSla(await changeSla(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/slas/:id',
    op('deleteSla', { summary: 'Delete an SLA', params: ById, response: DeletedSla }),
    async ({ workspace, params }) => {
      const { id } = found(await deleteSla(workspace, params.id), ...NO_SLA)
      return { id, object: 'sla' as const, deleted: true as const }
    },
  )
}

export default { group: 'Extensions: SLAs', routes: slas } satisfies Resource
