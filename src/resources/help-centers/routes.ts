// Help centers: read as Intercom's API shows them, and written as in Intercom's web app.
import { numberedPageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { listHelpCenters, theHelpCenter } from './queries.ts'
import { changeHelpCenter, createHelpCenter, MAX_HELP_CENTERS, removeHelpCenter } from './save.ts'
import {
  HelpCenter,
  HelpCenterList,
  HelpCenterQuery,
  HelpCenterRequest,
  NewHelpCenterRequest,
  presentHelpCenter,
} from './schema.ts'

/** One page has all; clients read pages until one is empty. */
const ALL = { default: MAX_HELP_CENTERS, max: MAX_HELP_CENTERS }

function helpCenters(app: App, { public_url }: Server) {
  app.get(
    '/help_center/help_centers',
    op('listHelpCenters', {
      summary: 'List the help centers',
      sdk: (client) => client.helpCenters.list(),
      scope: 'read_articles_scope',
      query: HelpCenterQuery,
      response: HelpCenterList,
    }),
    async ({ workspace, query }) => {
      const { number, per_page } = numberedPageOf(query, ALL)
      const rows = (await listHelpCenters(workspace)).slice((number - 1) * per_page, number * per_page)
      return { type: 'list' as const, data: rows.map((row) => presentHelpCenter(workspace, row, public_url)) }
    },
  )

  app.get(
    '/help_center/help_centers/:id',
    op('retrieveHelpCenter', {
      summary: 'Show a help center',
      sdk: (client) => client.helpCenters.find({ help_center_id: 1 }),
      scope: 'read_articles_scope',
      params: ById,
      response: HelpCenter,
    }),
    async ({ workspace, params }) =>
      presentHelpCenter(workspace, await theHelpCenter(workspace, params.id), public_url),
  )

  app.post(
    '/extensions/help_centers',
    op('createHelpCenter', {
      summary: 'Create a help center',
      refuses: [409, 422],
      body: NewHelpCenterRequest,
      response: HelpCenter,
    }),
    async ({ workspace, body }) => presentHelpCenter(workspace, await createHelpCenter(workspace, body), public_url),
  )

  app.put(
    '/extensions/help_centers/:id',
    op('updateHelpCenter', {
      summary: 'Change a help center',
      refuses: [409],
      params: ById,
      body: HelpCenterRequest,
      response: HelpCenter,
    }),
    async ({ workspace, params, body }) =>
      presentHelpCenter(workspace, await changeHelpCenter(workspace, params.id, body), public_url),
  )

  app.delete(
    '/extensions/help_centers/:id',
    op('deleteHelpCenter', { summary: 'Delete a help center', refuses: [422], status: 204, params: ById }),
    async ({ workspace, params }) => {
      await removeHelpCenter(workspace, params.id)
      return NOTHING
    },
  )
}

export default {
  group: 'Help Center',
  routes: helpCenters,
  kept_tables: ['help_centers', 'help_center_names'],
} satisfies Resource
