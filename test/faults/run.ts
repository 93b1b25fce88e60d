// `npm run faults -- --messages 10000 --seed 7`: the fault test with as many messages as one likes.
import { parseArgs } from 'node:util'
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
try {
  const options = { messages: Number(values.messages), seed: Number(values.seed), timeout_ms: 1_000 }
  const report = await faults(database.sql, options)
  print(...lines(report))
  process.exitCode = isSound(report) ? 0 : 1
} finally {
  await database.close()
  await globalTeardown()
}
