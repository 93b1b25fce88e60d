// Redirects of help centers.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findHelpCenter, lockHelpCenter } from '../queries.ts'
import { deleteRedirect, findRedirect, pageOfRedirects } from './queries.ts'
import { createRedirect, type RedirectTargets } from './save.ts'
import { DeletedRedirect, presentRedirect, Redirect, RedirectList, RedirectRequest } from './schema.ts'

const since = '2.16'
const NOT_FOUND = 'Resource not found'
const REDIRECTS_PAGE = { default: 50, max: 250 }

const OfHelpCenter = Type.Object({ help_center_id: Type.String() })
const OneOfHelpCenter = Type.Object({ help_center_id: Type.String(), id: Type.String() })

const reads = { since, scope: 'read_help_center_redirects_scope' } as const
const writes = { since, scope: 'read_write_help_center_redirects_scope' } as const

const helpCenterOf = async (workspace: Workspace, id: string) => found(await findHelpCenter(workspace, id), NOT_FOUND)

function redirects(app: App, { public_url }: Server, targets: RedirectTargets) {
  app.get(
    '/help_center/help_centers/:help_center_id/redirects',
    op('listHelpCenterRedirects', {
      summary: 'List the redirects of a help center, last updated first',
      ...reads,
      params: OfHelpCenter,
      query: NumberedPageQuery,
      response: RedirectList,
    }),
    async ({ workspace, params, query }) => {
      const { id } = await helpCenterOf(workspace, params.help_center_id)
      const page = numberedPageOf(query, REDIRECTS_PAGE)
      return presentNumberedPage(page, await pageOfRedirects(workspace, id, page), presentRedirect)
    },
  )

  app.post(
    '/help_center/help_centers/:help_center_id/redirects',
    op('createHelpCenterRedirect', {
      summary: 'Create a redirect',
      ...writes,
      refuses: [409, 422],
      params: OfHelpCenter,
      body: RedirectRequest,
      response: Redirect,
    }),
    async ({ workspace, params, body }) => {
      const help_center = found(await lockHelpCenter(workspace, params.help_center_id), NOT_FOUND)
      return presentRedirect(await createRedirect(workspace, help_center, body, { ...targets, public_url }))
    },
  )

  app.get(
    '/help_center/help_centers/:help_center_id/redirects/:id',
    op('retrieveHelpCenterRedirect', {
      summary: 'Show a redirect',
      ...reads,
      params: OneOfHelpCenter,
      response: Redirect,
    }),
    async ({ workspace, params: { help_center_id, id } }) =>
      presentRedirect(found(await findRedirect(workspace, help_center_id, id), NOT_FOUND)),
  )

  app.delete(
    '/help_center/help_centers/:help_center_id/redirects/:id',
    op('deleteHelpCenterRedirect', {
      summary: 'Delete a redirect',
      ...writes,
      params: OneOfHelpCenter,
      response: DeletedRedirect,
    }),
    async ({ workspace, params: { help_center_id, id } }) => {
      found(await deleteRedirect(workspace, help_center_id, id), NOT_FOUND)
      return { id, object: 'help_center_redirect' as const, deleted: true as const }
    },
  )
}

export default (targets: RedirectTargets): Resource => ({
  group: 'Help Center',
  routes: (app, server) => redirects(app, server, targets),
})
