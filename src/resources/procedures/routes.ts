// Procedures: what an admin writes in Intercom's app, as operations; and the answers of people that runs wait for.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { collect } from './collect.ts'
import { demo } from './demo.ts'
import { deleteProcedure, findProcedure, listProcedures } from './queries.ts'
import { changeProcedure, createProcedure, NO_PROCEDURE } from './save.ts'
import {
  Collecting,
  CollectRequest,
  NewProcedureRequest,
  Procedure,
  ProcedureList,
  ProcedureRequest,
  presentProcedure,
} from './schema.ts'
import { procedureEvents } from './topics.ts'

/** Settings that other folders have. */
type Options = {
  /** @throws a 403 if the workspace has switched the answers of people off */
  assertHumanInput(workspace: Workspace): Promise<void>
}

const ByConversation = Type.Object({ conversation_id: Type.String() })

function procedures(app: App, { assertHumanInput }: Options) {
  app.post(
    '/procedures/:conversation_id/collect_agent_input',
    op('collectProcedureAgentInput', {
      summary: 'Answer a step of a procedure that waits for a person',
      ...{ since: 'Preview', scope: 'write_conversations', refuses: [403, 404, 409, 422] },
      params: ByConversation,
      body: CollectRequest,
      response: Collecting,
    }),
    async ({ workspace, params, body }) => {
      await assertHumanInput(workspace)
      await collect(workspace, params.conversation_id, body)
      return {}
    },
  )

  app.get(
    '/extensions/procedures',
    op('listProcedures', { summary: 'List procedures', response: ProcedureList }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listProcedures(workspace)).map(presentProcedure),
    }),
  )

  app.post(
    '/extensions/procedures',
    op('createProcedure', {
      summary: 'Create a procedure',
      refuses: [404],
      body: NewProcedureRequest,
      response: Procedure,
    }),
    async ({ workspace, body }) => presentProcedure(await createProcedure(workspace, body)),
  )

  app.get(
    '/extensions/procedures/:id',
    op('getProcedure', { summary: 'Show a procedure', params: ById, response: Procedure }),
    async ({ workspace, params }) => presentProcedure(found(await findProcedure(workspace, params.id), NO_PROCEDURE)),
  )

  app.put(
    '/extensions/procedures/:id',
    op('updateProcedure', {
      summary: 'Change a procedure; runs that have begun keep their steps',
      params: ById,
      body: ProcedureRequest,
      response: Procedure,
    }),
    async ({ workspace, params, body }) => presentProcedure(await changeProcedure(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/procedures/:id',
    op('deleteProcedure', { summary: 'Delete a procedure', params: ById, status: 204 }),
    async ({ workspace, params }) => {
      found(await deleteProcedure(workspace, params.id), NO_PROCEDURE)
      return NOTHING
    },
  )
}

export default (options: Options): Resource => ({
  group: 'Procedures',
  routes: (app) => procedures(app, options),
  events: procedureEvents,
  kept_tables: ['procedures'],
  demo,
  given: async (workspace) =>
    (await listProcedures(workspace)).map(({ id, name }) => ({ type: 'procedure', id, name })),
})
