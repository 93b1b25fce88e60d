// Workflows: Intercom's export of one, and the page of its web app where they are built, as operations.
import { pageResult } from '#db/page.ts'
import { PageQuery, pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { demo } from './demo.ts'
import { exportWorkflow } from './export.ts'
import { listWorkflows, theWorkflow } from './queries.ts'
import { countRunsOf, listRuns } from './runs/queries.ts'
import { requestRun } from './runs/request.ts'
import { runWorkflows } from './runs/work.ts'
import { changeWorkflow, createWorkflow, removeWorkflow } from './save.ts'
import {
  DeletedWorkflow,
  NewWorkflowRequest,
  presentRun,
  presentWorkflow,
  Run,
  RunPage,
  RunRequest,
  Workflow,
  WorkflowExport,
  WorkflowList,
  WorkflowRequest,
} from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function workflows(app: App) {
  app.get(
    '/export/workflows/:id',
    op('exportWorkflow', {
      summary: 'Export a workflow',
      since: '2.15',
      params: ById,
      response: WorkflowExport,
    }),
    async ({ workspace, params }) => exportWorkflow(workspace, await theWorkflow(workspace, params.id)),
  )

  app.get(
    '/extensions/workflows',
    op('listWorkflows', { summary: 'List the workflows', response: WorkflowList }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listWorkflows(workspace)).map(presentWorkflow) }),
  )

  app.post(
    '/extensions/workflows',
    op('createWorkflow', {
      summary: 'Create a workflow',
      body: NewWorkflowRequest,
      response: Workflow,
      refuses: [404, 422],
    }),
    async ({ workspace, body }) => presentWorkflow(await createWorkflow(workspace, body)),
  )

  app.get(
    '/extensions/workflows/:id',
    op('getWorkflow', { summary: 'Show a workflow', params: ById, response: Workflow }),
    async ({ workspace, params }) => presentWorkflow(await theWorkflow(workspace, params.id)),
  )

  app.put(
    '/extensions/workflows/:id',
    op('updateWorkflow', {
      summary: 'Change a workflow, or make it live; runs go on with their version',
      params: ById,
      body: WorkflowRequest,
      response: Workflow,
      refuses: [422],
    }),
    async ({ workspace, params, body }) => presentWorkflow(await changeWorkflow(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/workflows/:id',
    op('deleteWorkflow', { summary: 'Delete a workflow with its runs', params: ById, response: DeletedWorkflow }),
    async ({ workspace, params }) => {
      const id = await removeWorkflow(workspace, params.id)
      return { id, object: 'workflow' as const, deleted: true as const }
    },
  )

  app.get(
    '/extensions/workflows/:id/runs',
    op('listWorkflowRuns', {
      summary: 'List the runs of a workflow, newest first',
      params: ById,
      query: PageQuery,
      response: RunPage,
    }),
    async ({ workspace, params, query }) => {
      const { id } = await theWorkflow(workspace, params.id)
      const page = pageOf(query, PAGE_SIZE)
      const result = await pageResult(await listRuns(workspace, id, page), page, () => countRunsOf(workspace, id))
      return presentPage(page, result, presentRun)
    },
  )

  app.post(
    '/extensions/workflows/:id/runs',
    op('runWorkflow', {
      summary: 'Start a live workflow in a conversation',
      params: ById,
      body: RunRequest,
      response: Run,
      refuses: [422],
    }),
    async ({ workspace, params, body }) => presentRun(await requestRun(workspace, params.id, body.conversation_id)),
  )
}

export default {
  group: 'Workflows',
  routes: workflows,
  work: runWorkflows,
  demo,
  given: async (workspace: Workspace) =>
    (await listWorkflows(workspace)).map(({ id, title }) => ({ type: 'workflow', id, name: title })),
  kept_tables: ['workflows', 'workflow_versions', 'log_readers'],
} satisfies Resource
