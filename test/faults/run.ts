// `npm run faults -- --messages 10000 --seed 7`: the fault test with any number of messages. `--webhooks` is the one of webhooks,
// with `--events 10000`; `--processes` runs it with two API processes and two workers.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { diskStorage } from '#files/disk.ts'
import { openFiles } from '#files/files.ts'
import { print } from '#lib/terminal.ts'
import { testDatabase } from '../database.ts'
import { globalSetup, globalTeardown } from '../setup.ts'
import { faults } from './faults.ts'
import { isSound, lines } from './report.ts'
import * as webhookReport from './webhook-report.ts'
import { webhookFaults } from './webhooks.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    webhooks: { type: 'boolean', default: false },
    events: { type: 'string', default: '10000' },
    processes: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)

await (values.webhooks ? ofWebhooks() : ofMessages())

async function ofMessages(): Promise<void> {
  await globalSetup()
  const database = await testDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'interphone-faults-'))
  const files = openFiles({ sql: database.sql, storage: await diskStorage(folder), largest: 1_000_000 })
  try {
    const report = await faults(database.sql, files, { messages: Number(values.messages), seed, timeout_ms: 1_000 })
    print(...lines(report))
    process.exitCode = isSound(report) ? 0 : 1
  } finally {
    await files.close()
    await rm(folder, { recursive: true, force: true })
    await database.close()
    await globalTeardown()
  }
}

async function ofWebhooks(): Promise<void> {
  const { events, processes: has_several_processes } = values
  const report = await webhookFaults({ events: Number(events), seed, has_several_processes })
  print(...webhookReport.lines(report))
  process.exitCode = webhookReport.isSound(report) ? 0 : 1
}
