// `npm run faults -- --messages 10000 --seed 7`: the fault test with any number of messages.
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

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})

await globalSetup()
const database = await testDatabase()
const folder = await mkdtemp(join(tmpdir(), 'interphone-faults-'))
const files = openFiles({ sql: database.sql, storage: await diskStorage(folder), largest: 1_000_000 })
try {
  const options = { messages: Number(values.messages), seed: Number(values.seed), timeout_ms: 1_000 }
  const report = await faults(database.sql, files, options)
  print(...lines(report))
  process.exitCode = isSound(report) ? 0 : 1
} finally {
  await files.close()
  await rm(folder, { recursive: true, force: true })
  await database.close()
  await globalTeardown()
}
