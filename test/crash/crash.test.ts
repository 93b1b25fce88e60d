// The promise that nothing acknowledged is lost, held while everything is killed. The long version: `npm run crash`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crash } from './crash.ts'
import { isSound, lines } from './report.ts'

test('every message answered 200 is delivered, none under two identities, whoever is killed -9', async (t) => {
  const report = await crash({ seed: 1, enough: (kills) => kills === 4 })
  for (const line of lines(report)) t.diagnostic(line)
  assert.ok(report.accepted > 0)
  assert.ok(isSound(report), lines(report).join('\n'))
})
