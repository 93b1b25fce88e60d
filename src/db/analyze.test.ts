// ANALYZE for tables that grow faster than autovacuum runs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { eventually } from '../../test/factories.ts'
import { analyzeGrown } from './analyze.ts'

const t = await testApp()
const { sql } = t.database

const estimatedRows = async (table: string): Promise<number> => {
  const [row] = await sql`select reltuples from pg_class where relname = ${table}`
  return row?.['reltuples']
}

const fill = (from: number, to: number) =>
  sql.begin(async (sql) => {
    await sql`
      insert into contacts (workspace_id, id, role, created_at, updated_at)
      select ${t.created.id}, lpad(to_hex(n), 24, '0'), 'lead', now(), now() from generate_series(${from}::int, ${to}) as n`
    await sql`select pg_stat_force_next_flush()`
  })

test('a table that was just filled is analyzed, and not again before it has grown by much', async () => {
  await fill(1, 2_000)
  await eventually(
    () => analyzeGrown(sql),
    (analyzed) => analyzed.includes('contacts'),
  )
  const count = await estimatedRows('contacts')
  assert.ok(count >= 2_000, `${count} rows`)
  await fill(2_001, 4_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.ok(!(await analyzeGrown(sql)).includes('contacts'))
  assert.equal(await estimatedRows('contacts'), count)
})
