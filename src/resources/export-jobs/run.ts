// Carries out an export: writes its file, and shows it only when it is complete. A run that a crash ends leaves nothing but an
// unclaimed file, which is removed; the next run begins anew.
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { copyConnection } from '#db/copy.ts'
import type { Pool } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import { insertFile } from '#resources/attachments/queries.ts'
import type { WorkerContext } from '#server.ts'
import { findClockAndTopics } from '#workspaces/queries.ts'
import { atomically, type Workspace, workspaceOf } from '#workspaces/workspace.ts'
import { beginExport, type ExportKind, endExport, isCurrent, removeExpired } from './queries.ts'
import { type ExportPayload, jobOf } from './request.ts'

export type ExportRun = {
  workspace: Workspace
  /** For COPY alone: see `copyRows`. */
  connection: Pool
  request: unknown
  /** By the workspace's clock. What happened later is not part of the export. */
  created_at: Date
  /** Throws if the export was canceled, or another worker has it. */
  assertCurrent(): Promise<void>
}

/** How the file of a kind is written: `write` returns whether it has rows, and ends `output`. */
export type Exporter = {
  kind: ExportKind
  file_name: string
  write(run: ExportRun, output: PassThrough): Promise<boolean>
  /** Whether an export without rows has a file: only its header. */
  is_file_when_empty: boolean
}

/** After this many runs, an export has failed. */
const MAX_RUNS = 5
/** The longest that an export may take. */
const CLAIMED_WITHIN_HOURS = 24

class NotCurrent extends Error {}

/** The job that carries out exports of a kind. */
export const exportJob = (exporter: Exporter): Job<WorkerContext> => ({
  name: jobOf(exporter.kind),
  run: (context, payload) => runExport(context, payload as ExportPayload, exporter),
})

/** The job that removes exports of all kinds when their time is up. */
export const expireExports: Job<WorkerContext> = {
  name: 'export-jobs:expire',
  cron: '*/10 * * * *',
  run: ({ sql }) => removeExpired(sql),
}

/** The first run reads from the replica, if it is not behind. A replica ends a read that holds up what it replays for long. */
async function runExport(
  context: WorkerContext,
  { workspace_id, id }: ExportPayload,
  exporter: Exporter,
): Promise<void> {
  const { sql, log } = context
  const clock = await findClockAndTopics(sql, workspace_id)
  const begun = clock && (await beginExport(sql, workspace_id, id))
  if (!begun) return
  const workspace = workspaceOf(sql, { workspace_id, admin_id: '', ...clock })
  const { request, runs, created_at } = begun
  if (runs > MAX_RUNS) return void (await endExport(workspace, id, 'failed'))
  const connection = copyConnection((runs === 1 && (await context.replica?.whenCurrent())) || sql)
  const assertCurrent = async () => {
    if (!(await isCurrent(sql, workspace_id, id, runs))) throw new NotCurrent()
  }
  try {
    await writeExport(context, exporter, id, { workspace, connection, request, created_at, assertCurrent })
  } catch (error) {
    if (error instanceof NotCurrent) return
    if (runs < MAX_RUNS) throw error
    log.error({ err: error, workspace_id, export_id: id }, 'an export failed for good')
    await endExport(workspace, id, 'failed')
  } finally {
    await connection.end({ timeout: 0 })
  }
}

async function writeExport({ files }: WorkerContext, exporter: Exporter, id: string, run: ExportRun): Promise<void> {
  const { workspace } = run
  const output = new PassThrough()
  const limits = { largest: Number.POSITIVE_INFINITY, within_hours: CLAIMED_WITHIN_HOURS }
  output.on('error', () => {}) // Both sides get the error in their own way.
  const ends = (error: Error) => {
    output.destroy(error)
    throw error
  }
  const writing = exporter.write(run, output).catch(ends)
  const storing = files.writeUnclaimed(workspace.id, output, limits).catch(ends)
  await Promise.allSettled([writing, storing])
  const [has_rows, written] = [await writing, await storing]
  await run.assertCurrent()
  await atomically(workspace, async (workspace) => {
    if (!has_rows && !exporter.is_file_when_empty) return endExport(workspace, id, 'no_data')
    const { head: _, ...file } = written
    const stored = await insertFile(workspace, {
      ...file,
      name: exporter.file_name,
      content_type: 'application/octet-stream',
    })
    if (!stored) throw new Error('The file of an export was claimed too late, and is gone')
    if (!(await endExport(workspace, id, 'completed', stored.id))) throw new NotCurrent()
  })
}

/** Waits until the stream takes more. @throws if it was destroyed */
export async function writeTo(output: PassThrough, bytes: Buffer | string): Promise<void> {
  if (output.write(bytes)) return
  if (output.destroyed) throw closed()
  await new Promise<void>((resolve, reject) => {
    const drained = () => settled(resolve)
    const failed = (error: Error = closed()) => settled(() => reject(error))
    const settled = (then: () => void) => {
      output.off('drain', drained).off('close', failed).off('error', failed)
      then()
    }
    output.on('drain', drained).on('close', failed).on('error', failed)
  })
}

const closed = () => new Error('The file of the export was closed')

/** Resolves when all that was written to the stream has been read. */
export const flushed = (output: PassThrough): Promise<void> => finished(output)
