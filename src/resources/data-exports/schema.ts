// The jobs of message data exports, and the request for one.
import { type Static, Type } from 'typebox'
import { Epoch, named } from '#http/types.ts'
import { whereToDownload } from '#resources/export-jobs/download.ts'
import type { ExportRow } from '#resources/export-jobs/queries.ts'

/** Intercom's descriptions spell the identifier in two ways; both are given. */
export const DataExport = named(
  'data_export',
  Type.Object({
    job_identifier: Type.String(),
    job_identfier: Type.String({ description: 'The same, as some descriptions spell it.' }),
    status: Type.Enum(['pending', 'in_progress', 'failed', 'completed', 'no_data', 'canceled']),
    download_expires_at: Type.String({ description: 'Unix seconds as text; empty until the export is complete.' }),
    download_url: Type.String({ description: 'Empty until the export is complete. Needs the token.' }),
  }),
)

export const DataExportRequest = named(
  'create_data_exports_request',
  Type.Object(
    { created_at_after: Epoch, created_at_before: Epoch },
    { description: 'Both days are included, in UTC.', additionalProperties: true },
  ),
)
export type DataExportRequest = Static<typeof DataExportRequest>

export const presentDataExport = (job: ExportRow, public_url: string): Static<typeof DataExport> => ({
  job_identifier: job.id,
  job_identfier: job.id,
  status: job.state,
  ...whereToDownload(job, `${public_url}/download/content/data/${job.id}`),
})
