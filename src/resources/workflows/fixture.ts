// A live workflow with a run, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    workflow: string
  }
}

const PATH = '/extensions/workflows'
const STEPS = [{ type: 'wait', seconds: 3_600 }]

export default {
  needs: ['conversation', 'admin', 'tag', 'data_connector'],
  provides: ['workflow'],
  async create({ post, workspace: { id } }, { conversation }) {
    const workflow = await post(PATH, {
      title: `Workflow of ${id}`,
      trigger: { type: 'api' },
      steps: STEPS,
      state: 'live',
    })
    await post(`${PATH}/${workflow.id}/runs`, { conversation_id: conversation })
    return { workflow: workflow.id }
  },
  attempts: {
    exportWorkflow: ({ workflow }) => [[`GET /export/workflows/${workflow}`]],
    getWorkflow: ({ workflow }) => [[`GET ${PATH}/${workflow}`]],
    updateWorkflow: (their, my) => [
      [`PUT ${PATH}/${their.workflow}`, { title: 'Mine' }],
      [`PUT ${PATH}/${my.workflow}`, { steps: [{ type: 'assign', assignee: { type: 'admin', id: their.admin } }] }],
    ],
    createWorkflow: ({ tag, data_connector }) => [
      [
        `POST ${PATH}`,
        { title: 'Mine', trigger: { type: 'api' }, steps: [{ type: 'run_connector', connector_id: data_connector }] },
      ],
      [`POST ${PATH}`, { title: 'Mine', trigger: { type: 'api' }, steps: [{ type: 'tag', tag_id: tag }] }],
    ],
    listWorkflowRuns: ({ workflow }) => [[`GET ${PATH}/${workflow}/runs`]],
    runWorkflow: (their, my) => [
      [`POST ${PATH}/${their.workflow}/runs`, { conversation_id: my.conversation }],
      [`POST ${PATH}/${my.workflow}/runs`, { conversation_id: their.conversation }],
    ],
  },
  removals: { deleteWorkflow: ({ workflow }) => [[`DELETE ${PATH}/${workflow}`]] },
  lists: { listWorkflows: () => [[`GET ${PATH}`]] },
  ids: { workflows: ['workflow'], workflow_id: ['workflow'] },
} satisfies Fixture
