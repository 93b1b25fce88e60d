// Reporting exports: chosen attributes of conversations, tickets, calls and more, as CSV.
import { Type } from 'typebox'
import { badRequest, found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Id } from '#http/types.ts'
import { ByJobIdentifier, FileBytes, sendExport } from '#resources/export-jobs/download.ts'
import { findExport } from '#resources/export-jobs/queries.ts'
import { requestExport } from '#resources/export-jobs/request.ts'
import { exportJob } from '#resources/export-jobs/run.ts'
import { shown } from '#search/values.ts'
import type { Resource, Server } from '#server.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { DATASETS } from './fragments.ts'
import { attributesOf } from './queries.ts'
import {
  DatasetList,
  presentDataset,
  presentReportingExport,
  ReportingExport,
  ReportingExportRequest,
} from './schema.ts'
import { qualifiedId, selectAttributes } from './select-attributes.ts'
import { type ReportingRequest, reportingExporter } from './write.ts'

const since = '2.14'
/** Clients send what they know of the job; the path and the token decide. */
const AboutJob = Type.Object({
  app_id: Type.Optional(Id),
  client_id: Type.Optional(Id),
  job_identifier: Type.Optional(Id),
})
const MOST_ATTRIBUTES = 200

function reportingExports(app: App, { public_url, files }: Pick<Server, 'public_url' | 'files'>) {
  app.get(
    '/export/reporting_data/get_datasets',
    op('getReportingDatasets', {
      summary: 'List the datasets that can be exported, with their attributes',
      sdk: (client) => client.export.listAvailableDatasetsAndAttributes(),
      since,
      response: DatasetList,
    }),
    async ({ workspace }) => {
      const attributes = await attributesOf(workspace, DATASETS)
      return {
        type: 'list' as const,
        data: DATASETS.map((dataset) => presentDataset(dataset, attributes.get(dataset.id) ?? [])),
      }
    },
  )

  app.post(
    '/export/reporting_data/enqueue',
    op('enqueueReportingDataExport', {
      summary: 'Ask for an export of a dataset',
      sdk: (client) =>
        client.export.enqueueANewReportingDataExportJob({
          ...{ dataset_id: 'conversation', attribute_ids: ['standard.conversation_id'] },
          ...{ start_time: 1717490000, end_time: 1717510000 },
        }),
      since,
      refuses: [429],
      body: ReportingExportRequest,
      response: ReportingExport,
    }),
    async ({ workspace, body }) => {
      const request = await readRequest(workspace, body)
      return presentReportingExport(await requestExport(workspace, 'reporting', request), public_url)
    },
  )

  app.get(
    '/export/reporting_data/:job_identifier',
    op('getReportingDataExport', {
      summary: 'Show the state of a reporting export',
      since,
      params: ByJobIdentifier,
      query: AboutJob,
      response: ReportingExport,
    }),
    async ({ workspace, params: { job_identifier: id } }) =>
      presentReportingExport(found(await findExport(workspace, 'reporting', id), noJob(id)), public_url),
  )

  app.get(
    '/download/reporting_data/:job_identifier',
    op('downloadReportingDataExport', {
      summary: 'Download a reporting export',
      sdk: (client) =>
        client.dataExport.downloadReportingDataExport({ job_identifier: 'orzzsbd7hk67xyu', app_id: 'app' }),
      since,
      refuses: [416],
      params: ByJobIdentifier,
      query: AboutJob,
      response: FileBytes,
    }),
    async (request, reply) => {
      const { job_identifier: id } = request.params
      const job = await findExport(request.workspace, 'reporting', id)
      return sendExport(request, reply, files, { job, missing: noJob(id) })
    },
  )
}

const noJob = (id: string) => `Export job not found for identifier: ${shown(id)}`
const refuse = (message: string) => badRequest('bad_request', message)

/** Returns what the job stores. */
async function readRequest(workspace: Workspace, request: ReportingExportRequest): Promise<ReportingRequest> {
  const { dataset_id, attribute_ids, start_time, end_time } = request
  if (dataset_id === undefined || dataset_id === null) throw refuse("'dataset_id' is a required parameter")
  const dataset = DATASETS.find(({ id }) => id === dataset_id)
  if (!dataset) throw refuse(`${shown(dataset_id)} is not a valid dataset_id`)
  const ids = readIds(attribute_ids)
  if (end_time < start_time) throw invalid('end_time must not be before start_time')
  const known = (await attributesOf(workspace, [dataset])).get(dataset.id) ?? []
  const attributes = selectAttributes(dataset.id, known, ids, {
    with_plain: !has(workspace, 'reporting-attributes-have-qualified-ids'),
  })
  const only_replied = dataset.id === 'conversation' && !has(workspace, 'reporting-has-all-conversations')
  return { dataset_id: dataset.id, attribute_ids: attributes.map(qualifiedId), start_time, end_time, only_replied }
}

function readIds(ids: unknown): string[] {
  if (ids === undefined || ids === null) throw refuse("'attribute_ids' is a required parameter")
  if (!Array.isArray(ids)) throw refuse("'attribute_ids' not an array must be of type Array")
  if (!ids.length) throw refuse('attribute_ids must contain at least one attribute_id')
  if (ids.length > MOST_ATTRIBUTES) throw refuse(`attribute_ids must contain at most ${MOST_ATTRIBUTES} attribute_ids`)
  return ids.map((id) => (typeof id === 'string' ? id : shown(id)))
}

export default {
  group: 'Reporting Data Export',
  routes: reportingExports,
  jobs: [exportJob(reportingExporter)],
} satisfies Resource
