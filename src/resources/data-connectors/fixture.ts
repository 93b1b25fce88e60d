// A data connector with the result of an execution, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    data_connector: string
    execution_result: string
  }
}

const EXECUTED = '/extensions/data_connectors'

export default {
  needs: ['user', 'conversation'],
  provides: ['data_connector', 'execution_result'],
  async create({ post, workspace: { id } }) {
    const connector = await post('/data_connectors', {
      ...{ name: `Connector of ${id}`, url: 'http://127.0.0.1:9/{{order}}' },
      data_inputs: [{ name: 'order', description: 'The order' }],
    })
    // Nothing listens there.
    const execution = await post(`${EXECUTED}/${connector.id}/execute`, { state_version: 'draft' })
    return { data_connector: connector.id, execution_result: execution.id }
  },
  attempts: {
    RetrieveDataConnector: ({ data_connector }) => [
      [`GET /data_connectors/${data_connector}`],
      [`GET /data_connectors/${data_connector}?state_version=draft`],
    ],
    updateDataConnector: ({ data_connector }) => [[`PATCH /data_connectors/${data_connector}`, { name: 'Mine' }]],
    listDataConnectorExecutionResults: ({ data_connector }) => [
      [`GET /data_connectors/${data_connector}/execution_results`],
    ],
    showDataConnectorExecutionResult: (their) => [
      [`GET /data_connectors/${their.data_connector}/execution_results/${their.execution_result}`],
    ],
    executeDataConnector: ({ data_connector }) => [[`POST ${EXECUTED}/${data_connector}/execute`, {}]],
  },
  removals: { deleteDataConnector: ({ data_connector }) => [[`DELETE /data_connectors/${data_connector}`]] },
  lists: { listDataConnectors: () => [['GET /data_connectors?per_page=50']] },
  tested_elsewhere: ['createDataConnector'],
  ids: {
    data_connectors: ['data_connector'],
    data_connector_id: ['data_connector'],
    execution_results: ['execution_result'],
  },
} satisfies Fixture
