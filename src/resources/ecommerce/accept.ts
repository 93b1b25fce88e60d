// What an upload means: a whole catalog, the next part of a session, or the end of a session.
import { ApiError, invalid, missing, notFound, unprocessable } from '#http/errors.ts'
import { enqueue } from '#jobs/enqueue.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockConnector } from './queries.ts'
import type { ReceivedForm } from './receive.ts'
import { SYNC } from './sync.ts'
import {
  findRunningUpload,
  findUpload,
  insertPart,
  insertUpload,
  setProcessing,
  type UploadRow,
  wireId,
} from './upload-queries.ts'

/** `part`: the session waits for the next one. `sync`: the sync has been queued. */
export type Accepted =
  | { type: 'part'; import_job_id: string; next_part_number: number }
  | { type: 'sync'; import_job_id: string }

const inProgress = (message: string) => new ApiError(409, 'sync_in_progress', message)
const wrongPart = (message: string) => unprocessable('invalid_part_number', message)
const sessionRequired = () =>
  unprocessable('import_job_id_required', 'Include import_job_id to continue an existing upload session.')

export const noConnector = () => notFound('No connector found with the provided id.', 'import_source_not_found')

/** Runs in a transaction. @throws Intercom's errors: of files, sessions and part numbers */
export async function acceptUpload(workspace: Workspace, connector_id: string, form: ReceivedForm): Promise<Accepted> {
  const connector = await lockConnector(workspace, connector_id)
  if (!connector) throw noConnector()
  const { finalize } = Object.fromEntries(form.fields)
  if (finalize !== undefined && finalize !== 'true' && finalize !== 'false')
    throw invalid('finalize must be one of true, false')
  const job_id = form.fields.get('import_job_id') || undefined
  if (finalize === 'true') return finalizeSession(workspace, connector.id, form, job_id)
  const file_id = theFile(form)
  if (finalize === undefined && job_id === undefined) return acceptWhole(workspace, connector.id, form, file_id)
  if (job_id !== undefined) return addPart(workspace, await theSession(workspace, connector.id, job_id), form, file_id)
  return beginSession(workspace, connector.id, form, file_id)
}

function theFile({ fields, file_id }: ReceivedForm): string {
  if (file_id) return file_id
  throw missing(fields.has('catalog') ? 'catalog must be an uploaded file' : 'catalog file is required')
}

/** Returns undefined if the form has none. */
function partNumber({ fields }: ReceivedForm): number | undefined {
  const given = fields.get('part_number')
  if (given === undefined || given === '') return undefined
  if (!/^\d{1,9}$/.test(given) || Number(given) < 1) throw wrongPart('part_number must be a positive integer')
  return Number(given)
}

async function assertNoneRuns(workspace: Workspace, connector_id: string): Promise<void> {
  const running = await findRunningUpload(workspace, connector_id)
  if (running?.state === 'uploading')
    throw inProgress('A multipart upload is already in progress. Use import_job_id to continue.')
  if (running) throw inProgress('A catalog upload is already in progress. Please wait for it to complete.')
}

async function theSession(workspace: Workspace, connector_id: string, job_id: string): Promise<UploadRow> {
  const upload = await findUpload(workspace, connector_id, job_id)
  if (upload?.state === 'uploading') return upload
  throw notFound('No active upload session found for the provided import_job_id.', 'upload_session_not_found')
}

async function acceptWhole(workspace: Workspace, connector_id: string, form: ReceivedForm, file_id: string) {
  if ((partNumber(form) ?? 1) > 1) throw sessionRequired()
  await assertNoneRuns(workspace, connector_id)
  const upload = await insertUpload(workspace, connector_id)
  await insertPart(workspace, upload, file_id)
  return startSync(workspace, upload)
}

async function beginSession(workspace: Workspace, connector_id: string, form: ReceivedForm, file_id: string) {
  if ((partNumber(form) ?? 1) > 1) throw sessionRequired()
  await assertNoneRuns(workspace, connector_id)
  const upload = await insertUpload(workspace, connector_id)
  await insertPart(workspace, upload, file_id)
  return nextPart(upload, 2)
}

/** A part that the session has already changes nothing. */
async function addPart(workspace: Workspace, upload: UploadRow, form: ReceivedForm, file_id: string) {
  const { next_part_number: expected } = upload
  const given = partNumber(form)
  if (given === undefined) throw wrongPart('part_number must be a positive integer')
  if (given > expected) throw wrongPart(`Expected part ${expected}, got ${given}`)
  if (given < expected) return nextPart(upload, expected)
  await insertPart(workspace, upload, file_id)
  return nextPart(upload, expected + 1)
}

const nextPart = (upload: UploadRow, next_part_number: number): Accepted => ({
  ...{ type: 'part', import_job_id: wireId(upload), next_part_number },
})

/** A file in this request is the last part. */
async function finalizeSession(
  workspace: Workspace,
  connector_id: string,
  form: ReceivedForm,
  job_id: string | undefined,
): Promise<Accepted> {
  if (job_id === undefined) throw sessionRequired()
  const upload = await findUpload(workspace, connector_id, job_id)
  if (upload && upload.state !== 'uploading')
    throw new ApiError(
      409,
      'upload_session_not_finalizable',
      'Upload session cannot be finalized in its current state.',
    )
  const session = await theSession(workspace, connector_id, job_id)
  if (form.file_id) await addPart(workspace, session, form, form.file_id)
  return startSync(workspace, session)
}

async function startSync(workspace: Workspace, upload: UploadRow): Promise<Accepted> {
  await setProcessing(workspace, upload.id)
  await enqueue(workspace.sql, { name: SYNC, payload: { workspace_id: workspace.id, upload_id: upload.id } })
  return { type: 'sync', import_job_id: wireId(upload) }
}
