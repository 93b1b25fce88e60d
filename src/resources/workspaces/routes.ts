// Workspaces: operators create them, for example one for each test, and delete them with all their data.

import type { FastifyRequest } from 'fastify'
import { conflict, forbidden, found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { isTimeZone } from '#lib/time-zones.ts'
import type { Resource, Server } from '#server.ts'
import { createWorkspace } from '#workspaces/create.ts'
import { deleteWorkspace, findWorkspace, listWorkspaces } from '#workspaces/queries.ts'
import { DeletedWorkspace, NewWorkspace, presentWorkspace, WorkspaceList, WorkspaceRequest } from './schema.ts'

function workspaces(app: App, { forgetTokens }: Server) {
  app.get(
    '/extensions/workspaces',
    op('listWorkspaces', { response: WorkspaceList, summary: 'List the workspaces of the server' }),
    async (request) => {
      assertOperator(request)
      return { type: 'list' as const, data: (await listWorkspaces(request.workspace.sql)).map(presentWorkspace) }
    },
  )

  app.post(
    '/extensions/workspaces',
    op('createWorkspace', {
      confidential: true,
      body: WorkspaceRequest,
      response: NewWorkspace,
      summary: 'Create an empty workspace with a token',
    }),
    async (request) => {
      assertOperator(request)
      const { name = 'Sandbox', timezone = 'UTC' } = request.body
      if (!isTimeZone(timezone)) throw invalid(`timezone ${timezone} is not an IANA time zone`)
      const { sql } = request.workspace
      const { id, token, admin_id } = await createWorkspace(sql, { name, timezone })
      return { ...presentWorkspace(found(await findWorkspace(sql, id))), token, admin_id }
    },
  )

  app.delete(
    '/extensions/workspaces/:id',
    op('deleteWorkspace', {
      time_limit_ms: 10 * 60_000,
      refuses: [409],
      params: ById,
      response: DeletedWorkspace,
      summary: 'Delete a workspace and everything in it',
    }),
    async (request) => {
      assertOperator(request)
      const { sql } = request.workspace
      const workspace = found(await findWorkspace(sql, request.params.id), 'Workspace not found')
      if (workspace.is_first) throw conflict('The first workspace cannot be removed')
      await deleteWorkspace(sql, workspace.id)
      request.workspace.afterCommit(forgetTokens)
      return { type: 'workspace' as const, id: workspace.id, deleted: true as const }
    },
  )
}

function assertOperator({ token }: Pick<FastifyRequest, 'token'>) {
  if (!token.is_operator) throw forbidden("Only a token of the server's first workspace may do this")
}

export default {
  group: 'Extensions: workspaces',
  routes: workspaces,
  kept_tables: ['workspaces', 'tokens'],
} satisfies Resource
