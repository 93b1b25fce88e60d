// Data connectors: created, changed, listed, deleted and executed, and the results of their executions.
import { type Static, Type } from 'typebox'
import { invalid, notFound } from '#http/errors.ts'
import { PageQuery, pageOf, uncountedPages } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, Id, named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { demo } from './demo.ts'
import { executeConnector } from './execute.ts'
import { listLiveConnectors, pageOfConnectors } from './queries.ts'
import { listResults } from './results/list.ts'
import { expireResults, findResult, SOURCE_TYPES } from './results/queries.ts'
import { ExecutionResult, ExecutionResultList, presentResult, ResultsQuery } from './results/schema.ts'
import { changeConnector, createConnector, removeConnector, theConnector } from './save.ts'
import {
  ConnectorRequest,
  DataConnectorDetail,
  DataConnectorList,
  DeletedDataConnector,
  NewConnectorRequest,
  presentConnector,
  presentDetail,
  settingsOf,
} from './schema.ts'
import { connectorEvents } from './topics.ts'

const common = { since: '2.16', scope: 'read_write_data_connectors' } as const
const CONNECTORS_PAGE = { default: 20, max: 50 }

const StateVersion = Type.Optional(Type.String({ description: '`live` (the default) or `draft`.' }))

const ExecutionRequest = named(
  'data_connector_execution_request',
  Type.Object({
    inputs: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Values by the names of the inputs.' }),
    ),
    contact_id: Type.Optional(Id),
    conversation_id: Type.Optional(Id),
    source_type: Type.Optional(Type.Enum([...SOURCE_TYPES])),
    source_id: Type.Optional(Id),
    state_version: StateVersion,
  }),
)

const Execution = named(
  'data_connector_execution',
  Type.Object({ ...ExecutionResult.properties, response: Type.Unknown({ description: 'JSON, or text.' }) }),
)

function stateVersionOf(given: string | undefined): 'live' | 'draft' {
  if (given === undefined || given === 'live') return 'live'
  if (given === 'draft') return 'draft'
  throw invalid('Invalid state_version. Must be one of: live, draft')
}

function connectors(app: App, server: Server) {
  app.get(
    '/data_connectors',
    op('listDataConnectors', {
      summary: 'List the data connectors, the last changed first',
      ...common,
      query: PageQuery,
      response: DataConnectorList,
    }),
    async ({ workspace, query }) => {
      const page = pageOf(query, CONNECTORS_PAGE)
      const result = await pageOfConnectors(workspace, page)
      return { type: 'list' as const, data: result.rows.map(presentConnector), pages: uncountedPages(page, result) }
    },
  )

  app.post(
    '/data_connectors',
    op('createDataConnector', {
      summary: 'Create a data connector, as a draft',
      ...{ ...common, status: 201, refuses: [422] },
      body: NewConnectorRequest,
      response: DataConnectorDetail,
    }),
    async ({ workspace, body }) => presentDetail(await createConnector(workspace, server.secret, body), 'draft'),
  )

  app.get(
    '/data_connectors/:id',
    op('RetrieveDataConnector', {
      summary: 'Show a data connector: what is live, or its draft',
      ...common,
      params: ById,
      query: Type.Object({ state_version: StateVersion }),
      response: DataConnectorDetail,
    }),
    async ({ workspace, params, query }) => {
      const version = stateVersionOf(query.state_version)
      return presentDetail(await theConnector(workspace, params.id), version)
    },
  )

  app.patch(
    '/data_connectors/:id',
    op('updateDataConnector', {
      summary: 'Change a data connector, or its state',
      ...{ ...common, refuses: [422] },
      params: ById,
      body: ConnectorRequest,
      response: DataConnectorDetail,
    }),
    async ({ workspace, params, body }) =>
      presentDetail(await changeConnector(workspace, server.secret, params.id, body), 'draft'),
  )

  app.delete(
    '/data_connectors/:id',
    op('deleteDataConnector', {
      summary: 'Delete a data connector that is a draft',
      ...{ ...common, refuses: [409] },
      params: ById,
      response: DeletedDataConnector,
    }),
    async ({ workspace, params }): Promise<Static<typeof DeletedDataConnector>> => ({
      id: await removeConnector(workspace, params.id),
      ...{ object: 'data_connector', deleted: true },
    }),
  )

  app.post(
    '/extensions/data_connectors/:id/execute',
    op('executeDataConnector', {
      summary: 'Execute a data connector',
      runs: 'outside',
      time_limit_ms: 30_000,
      params: ById,
      body: ExecutionRequest,
      response: Execution,
    }),
    async ({ workspace, params, body }) => {
      const state_version = stateVersionOf(body.state_version)
      const { inputs = {}, ...execution } = body
      const { result, response } = await executeConnector(server, workspace, {
        ...{ ...execution, connector_id: params.id, inputs, state_version },
      })
      return { ...presentResult(result, { with_bodies: true }), response: response ?? null }
    },
  )
}

function results(app: App) {
  app.get(
    '/data_connectors/:data_connector_id/execution_results',
    op('listDataConnectorExecutionResults', {
      summary: 'List the results of its executions, the newest first',
      ...common,
      params: Type.Object({ data_connector_id: Type.String() }),
      query: ResultsQuery,
      response: ExecutionResultList,
    }),
    async ({ workspace, params, query }) => listResults(workspace, params.data_connector_id, query),
  )

  app.get(
    '/data_connectors/:data_connector_id/execution_results/:id',
    op('showDataConnectorExecutionResult', {
      summary: 'Show the result of an execution, with its bodies',
      ...common,
      params: Type.Object({ data_connector_id: Type.String(), id: Type.String() }),
      response: ExecutionResult,
    }),
    async ({ workspace, params }) => {
      const { id } = await theConnector(workspace, params.data_connector_id)
      const result = await findResult(workspace, id, params.id)
      if (!result) throw notFound('Execution result not found', 'execution_result_not_found')
      return presentResult(result, { with_bodies: true })
    },
  )
}

export default {
  group: 'Data Connectors',
  routes(app, server) {
    connectors(app, server)
    results(app)
  },
  events: connectorEvents,
  // Workflows, which are kept, execute them.
  kept_tables: ['data_connectors'],
  demo,
  given: async (workspace) =>
    (await listLiveConnectors(workspace)).map((row) => ({
      ...{ type: 'data_connector', id: row.id, name: settingsOf(row, 'live').name },
    })),
  jobs: [{ name: 'data-connectors:expire-results', cron: '20 * * * *', run: ({ sql }) => expireResults(sql) }],
} satisfies Resource
