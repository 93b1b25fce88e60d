// The alert rules and the dashboard for operators use figures that a server really shows.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Registry, register } from 'prom-client'
import { exposeMeasures } from '#db/measures.ts'
import { DELIVERY_MEASURES } from '#delivery/measures.ts'
import '#delivery/metrics.ts'
import { JOB_MEASURES } from '#jobs/measures.ts'
import { RESOURCES } from '#resources/index.ts'
import { testApp } from '../app.ts'

const t = await testApp()

test('every figure in ops/ is in a scrape', async () => {
  const registry = new Registry()
  exposeMeasures(
    t.database.sql,
    [...DELIVERY_MEASURES, ...JOB_MEASURES, ...RESOURCES.flatMap(({ measures = [] }) => measures)],
    registry,
  )
  const scrape = (await register.metrics()) + (await registry.metrics())
  const shown = new Set([...scrape.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name as string))
  for (const file of ['alerts.yml', 'dashboard.json']) {
    const text = readFileSync(new URL(`../../ops/${file}`, import.meta.url), 'utf8')
    const used = [...text.matchAll(/\binterphone_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''))
    assert.ok(used.length > 5)
    assert.deepEqual(
      [...new Set(used)].filter((name) => !shown.has(name)),
      [],
      file,
    )
  }
})
