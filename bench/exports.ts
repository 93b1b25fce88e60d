// An export of a million receipts against a bare COPY of the same rows, and the memory of the server while it is written.
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyConnection, copyRows } from '#db/copy.ts'
import { selectReceipts } from '#resources/data-exports/queries.ts'
import { insertReceipts } from '../test/receipts.ts'
import { perSecond, type Row, type Size } from './figures.ts'
import { postTo } from './search/people.ts'
import { type Measured, withServer } from './server.ts'

const RECEIPTS = 1_000_000
const DAY_MS = 86_400_000

export function measureExports({ quick }: Size): Promise<Row[]> {
  const receipts = quick ? RECEIPTS / 20 : RECEIPTS
  return withServer({ contacts: 0 }, async (server) => {
    await insertReceipts(server.sql, server.workspace.workspace_id, receipts)
    const before_mb = server.memory_mb()
    const { seconds, peak_mb } = await exported(server)
    const bare_seconds = await bareCopy(server)
    const [ours, theirs] = [receipts / seconds, receipts / bare_seconds]
    const limit = 'PostgreSQL, which looks up five rows for each receipt; then the ZIP'
    return [
      {
        measure: `an export of ${receipts.toLocaleString('en')} deliveries with their statistics, receipts/s`,
        against: 'one bare COPY of the receipts, in one statement, thrown away',
        ...{ ours: perSecond(ours), theirs: perSecond(theirs), ratio: (ours / theirs).toFixed(2) },
        ...{ goal: '≥ 0.50', limit },
      },
      {
        measure: 'the memory of the server while it writes that export (peak RSS)',
        against: 'before it',
        ...{ ours: `${Math.round(peak_mb)} MB`, theirs: `${Math.round(before_mb)} MB` },
        ...{
          ratio: (peak_mb / before_mb).toFixed(2),
          goal: '—',
          limit: 'the heap of V8, which grows before it collects',
        },
      },
    ]
  })
}

type Job = { job_identifier: string; status: string }

async function exported({ url, token, memory_mb }: Measured) {
  const now = Math.floor(Date.now() / 1000)
  const began = performance.now()
  const period = { created_at_after: now - DAY_MS / 1000, created_at_before: now }
  const { job_identifier: id } = (await postTo(url)(token, '/export/content/data', period)) as unknown as Job
  for (let peak_mb = memory_mb(); ; ) {
    const answer = await fetch(`${url}/export/content/data/${id}`, { headers: { authorization: `Bearer ${token}` } })
    const { status } = (await answer.json()) as Job
    if (status === 'completed') return { seconds: (performance.now() - began) / 1000, peak_mb }
    if (status !== 'pending' && status !== 'in_progress') throw new Error(`The export is ${status}`)
    await sleep(50)
    peak_mb = Math.max(peak_mb, memory_mb())
  }
}

/** Returns seconds. */
async function bareCopy({ sql, workspace: { workspace_id: id } }: Measured): Promise<number> {
  const connection = copyConnection(sql)
  const period = { from: new Date(Date.now() - DAY_MS), to: new Date() }
  const select = selectReceipts({ id }, period, { after: '0', upto: String(Number.MAX_SAFE_INTEGER) })
  const began = performance.now()
  await pipeline(copyRows(connection, select), new Writable({ write: (_chunk, _encoding, done) => done() }))
  const seconds = (performance.now() - began) / 1000
  await connection.end({ timeout: 0 })
  return seconds
}
