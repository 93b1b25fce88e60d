// Faults of a provider lose nothing and slow down no other account. The long version: `npm run faults`.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../database.ts'
import { testFiles } from '../files.ts'
import { faults } from './faults.ts'
import { isSound, lines } from './report.ts'

const database = await testDatabase()
const files = await testFiles(database.sql)
after(async () => {
  await files.close()
  await database.close()
})

test('three calls in ten fail, and every message has the right end, once, beside an account that hangs', async (t) => {
  const report = await faults(database.sql, files, { messages: 300, seed: 3, timeout_ms: 500 })
  for (const line of lines(report)) t.diagnostic(line)
  assert.ok(Object.values(report.faults).every((count) => count > 0))
  assert.ok(isSound(report), lines(report).join('\n'))
})
