// Datasets and jobs of reporting exports over the wire.
import { type Static, Type } from 'typebox'
import { Epoch, ListOf, named } from '#http/types.ts'
import { whereToDownload } from '#resources/export-jobs/download.ts'
import type { ExportRow } from '#resources/export-jobs/queries.ts'
import type { Attribute, Dataset } from './fragments.ts'
import { qualifiedId } from './select-attributes.ts'

export const DatasetList = named(
  'reporting_dataset_list',
  ListOf(
    named(
      'reporting_dataset',
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        description: Type.String(),
        default_time_attribute_id: Type.String(),
        attributes: Type.Array(
          Type.Object({
            id: Type.String(),
            qualified_id: Type.String({ description: 'Ask for this one.' }),
            name: Type.String(),
          }),
        ),
      }),
    ),
  ),
)

export const presentDataset = ({ id, name, description, default_time_attribute_id }: Dataset, all: Attribute[]) => ({
  ...{ id, name, description, default_time_attribute_id },
  attributes: all.map((one) => ({ id: one.id, qualified_id: qualifiedId(one), name: one.name })),
})

/** The route checks both ids, whose errors have Intercom's texts. */
export const ReportingExportRequest = named(
  'reporting_export_request',
  Type.Object({
    dataset_id: Type.Optional(Type.Unknown({ description: 'Of a dataset: `conversation`.' })),
    attribute_ids: Type.Optional(
      Type.Unknown({ description: 'An array of qualified ids: `["standard.conversation_id", "people.plan"]`.' }),
    ),
    start_time: Epoch,
    end_time: Epoch,
  }),
)
export type ReportingExportRequest = Static<typeof ReportingExportRequest>

export const ReportingExport = named(
  'reporting_export',
  Type.Object({
    job_identifier: Type.String(),
    status: Type.Enum(['pending', 'complete', 'failed']),
    download_url: Type.String({ description: 'Empty until the export is complete. Needs the token.' }),
    download_expires_at: Type.String({ description: 'Unix seconds as text; empty until the export is complete.' }),
  }),
)

const STATUSES = {
  ...({ pending: 'pending', in_progress: 'pending', completed: 'complete' } as const),
  ...({ failed: 'failed', canceled: 'failed', no_data: 'complete' } as const),
}

export const presentReportingExport = (job: ExportRow, public_url: string): Static<typeof ReportingExport> => ({
  job_identifier: job.id,
  status: STATUSES[job.state],
  ...whereToDownload(job, `${public_url}/download/reporting_data/${job.id}`),
})
