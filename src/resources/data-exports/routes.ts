// Message data exports: who got which message when, and what came of it, as CSV files in a ZIP.
import { badRequest, found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ByJobIdentifier, FileBytes, sendExport } from '#resources/export-jobs/download.ts'
import { endExport, findExport } from '#resources/export-jobs/queries.ts'
import { requestExport } from '#resources/export-jobs/request.ts'
import { expireExports, exportJob } from '#resources/export-jobs/run.ts'
import { shown } from '#search/values.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { DataExport, DataExportRequest, presentDataExport } from './schema.ts'
import { contentExporter } from './write.ts'

const NO_JOB = 'The requested resource does not exist.'
const DAY_SECONDS = 86_400

function dataExports(app: App, { public_url, files }: Pick<Server, 'public_url' | 'files'>) {
  app.post(
    '/export/content/data',
    op('createDataExport', {
      summary: 'Ask for an export of deliveries and their statistics',
      sdk: (client) => client.dataExport.create({ created_at_after: 1734519776, created_at_before: 1734537776 }),
      refuses: [429],
      body: DataExportRequest,
      response: DataExport,
    }),
    async ({ workspace, body }) =>
      presentDataExport(await requestExport(workspace, 'content', periodIn(body)), public_url),
  )

  app.get(
    '/export/content/data/:job_identifier',
    op('getDataExport', {
      summary: 'Show the state of a message data export',
      sdk: (client) => client.dataExport.find({ job_identifier: 'orzzsbd7hk67xyu' }),
      params: ByJobIdentifier,
      response: DataExport,
    }),
    async ({ workspace, params }) => presentDataExport(await theExport(workspace, params.job_identifier), public_url),
  )

  app.post(
    '/export/cancel/:job_identifier',
    op('cancelDataExport', {
      summary: 'Cancel a message data export',
      sdk: (client) => client.dataExport.cancel({ job_identifier: 'orzzsbd7hk67xyu' }),
      params: ByJobIdentifier,
      response: DataExport,
    }),
    async ({ workspace, params }) => {
      const job = await theExport(workspace, params.job_identifier)
      const canceled = await endExport(workspace, job.id, 'canceled')
      return presentDataExport(canceled ?? (await theExport(workspace, job.id)), public_url)
    },
  )

  app.get(
    '/download/content/data/:job_identifier',
    op('downloadDataExport', {
      summary: 'Download a message data export',
      sdk: (client) => client.dataExport.download({ job_identifier: 'orzzsbd7hk67xyu' }),
      refuses: [416],
      params: ByJobIdentifier,
      response: FileBytes,
    }),
    async (request, reply) => {
      const job = await findExport(request.workspace, 'content', request.params.job_identifier)
      return sendExport(request, reply, files, { job, missing: NO_JOB })
    },
  )
}

const theExport = async (workspace: Workspace, id: string) => found(await findExport(workspace, 'content', id), NO_JOB)

/** Returns the first and the last moment of the days that the request names. */
function periodIn({ created_at_after, created_at_before, ...others }: DataExportRequest & object) {
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw badRequest('bad_request', `bad '${shown(unknown)}' parameter`)
  if (created_at_before < created_at_after) throw invalid('created_at_before must not be before created_at_after')
  const first = Math.floor(created_at_after / DAY_SECONDS) * DAY_SECONDS
  const last = (Math.floor(created_at_before / DAY_SECONDS) + 1) * DAY_SECONDS
  return { from: new Date(first * 1000).toISOString(), to: new Date(last * 1000 - 1).toISOString() }
}

export default {
  group: 'Data Export',
  routes: dataExports,
  jobs: [exportJob(contentExporter), expireExports],
} satisfies Resource
