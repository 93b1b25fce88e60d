// A broadcast survives kills. The long version: `npm run crash -- --broadcast 100000`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { broadcastLines, crashBroadcast, isWhole } from './broadcast.ts'

test('each recipient of a broadcast has one delivery, although processes are killed -9 while they are created and sent', async (t) => {
  const report = await crashBroadcast({ seed: 4, contacts: 5_000, kills: 6, longest_pause_ms: 400 })
  for (const line of broadcastLines(report)) t.diagnostic(line)
  assert.ok(isWhole(report), broadcastLines(report).join('\n'))
})
