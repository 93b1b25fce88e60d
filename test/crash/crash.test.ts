// Nothing acknowledged is lost while processes are killed. The long version: `npm run crash`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crash } from './crash.ts'
import { isSound, lines } from './report.ts'

test('every message answered with 200 is delivered, and none has two identities, although processes are killed -9', async (t) => {
  const report = await crash({ seed: 1, enough: (kills) => kills === 4 })
  for (const line of lines(report)) t.diagnostic(line)
  assert.ok(report.accepted > 0)
  assert.ok(isSound(report), lines(report).join('\n'))
})
