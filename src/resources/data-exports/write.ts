// Writes the file of an export of deliveries: a ZIP with a CSV file for each statistic that has rows.
import { PassThrough } from 'node:stream'
import { ZipFile } from 'yazl'
import { copyRows } from '#db/copy.ts'
import { type Exporter, type ExportRun, flushed, writeTo } from '#resources/export-jobs/run.ts'
import {
  type Chunk,
  endOfChunk,
  type Period,
  RECEIPT_HEADER,
  STATISTICS,
  type Statistic,
  selectReceipts,
  selectStatistic,
} from './queries.ts'

/** Deliveries of one statement: each takes about a second, so that no snapshot is kept for long. */
const CHUNK_ROWS = 50_000
/** The files are large, and level 6 takes three times as long for a few percent. */
const COMPRESSION_LEVEL = 1

export const contentExporter: Exporter = {
  kind: 'content',
  file_name: 'message_data_export.zip',
  is_file_when_empty: false,
  async write(run, output) {
    const zip = new ZipFile()
    zip.outputStream.on('error', (error: Error) => output.destroy(error))
    const entries = { zip, output, run }
    zip.outputStream.pipe(output)
    const at = timeInName(run.created_at)
    const has_rows = await addEntry(entries, `receipt_${at}.csv`, RECEIPT_HEADER, selectReceipts)
    if (has_rows) {
      for (const name of Object.keys(STATISTICS) as Statistic[]) {
        const header = `receipt_id,${STATISTICS[name].time}`
        await addEntry(entries, `${name}_${at}.csv`, header, (workspace, period, chunk) =>
          selectStatistic(workspace, name, period, chunk),
        )
      }
    }
    zip.end()
    return has_rows
  },
}

type Entries = { zip: ZipFile; output: PassThrough; run: ExportRun }
type Select = (workspace: ExportRun['workspace'], period: Period, chunk: Chunk) => string

/** Adds a file when its first row is there. Returns whether it has rows. */
async function addEntry({ zip, output, run }: Entries, name: string, header: string, select: Select): Promise<boolean> {
  const { workspace, connection, created_at } = run
  const period = periodOf(run.request as { from: string; to: string }, created_at)
  let entry: PassThrough | undefined
  for (let after = '0'; ; ) {
    const upto = await endOfChunk(workspace, after, CHUNK_ROWS)
    if (!upto) break
    await run.assertCurrent()
    for await (const rows of copyRows(connection, select(workspace, period, { after, upto }))) {
      if (!entry) {
        entry = new PassThrough()
        zip.addReadStream(entry, name, { mtime: created_at, compressionLevel: COMPRESSION_LEVEL })
        output.once('close', () => entry?.destroy())
        await writeTo(entry, `${header}\n`)
      }
      await writeTo(entry, rows)
    }
    after = upto
  }
  entry?.end()
  if (entry) await flushed(entry)
  return entry !== undefined
}

/** What happens after the request for the export is not in it, so that another run writes the same rows. */
const periodOf = ({ from, to }: { from: string; to: string }, created_at: Date): Period => ({
  from: new Date(from),
  to: new Date(Math.min(Date.parse(to), created_at.getTime())),
})

/** Returns `20240601-093000`, in UTC. */
const timeInName = (time: Date): string => time.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
