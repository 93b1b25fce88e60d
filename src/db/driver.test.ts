// Connections that break: each query gets its own result or an error, and no transaction is carried out in part.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serverOptions, testDatabase } from '../../test/database.ts'
import { connect } from './connect.ts'

const { sql, name, close } = await testDatabase()
await sql`create table marks (mark text)`
after(close)

const pool = (max: number) =>
  connect({ ...serverOptions(), database: name, max, connection: { application_name: 'it' } })
const breakAll = () => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'it'`

/** Returns how the work ended, or `unanswered` after five seconds. */
const outcome = (work: PromiseLike<unknown>) =>
  Promise.race([
    Promise.resolve(work).then(
      () => 'done',
      () => 'refused',
    ),
    sleep(5_000, 'unanswered', { ref: false }),
  ])

test('a transaction whose connection breaks is rejected, and no part of it runs on the next connection', async () => {
  const it = pool(1)
  let work: Promise<unknown> | undefined
  const transaction = it.begin((own) => {
    work = (async () => {
      await own`insert into marks values ('first')`
      await breakAll()
      await Promise.all([sleep(400), it`select 'so that there is a next connection'`])
      await own`insert into marks values ('second')`
    })()
    return work
  })
  assert.equal(await outcome(transaction), 'refused')
  assert.equal(await outcome(work!), 'refused')
  assert.deepEqual([...(await sql`select mark from marks`)], [])
  await it.end({ timeout: 1 })
})

test('a query that fails after its first rows leaves none of them in the next result', async () => {
  const it = pool(1)
  await assert.rejects(it`select 1 / (4 - n) from generate_series(1, 10) as n`, /division by zero/)
  assert.deepEqual([...(await it`select n from generate_series(1, 2) as n`)], [{ n: 1 }, { n: 2 }])
  await it.end({ timeout: 1 })
})

test('every query is answered and later queries work, however often connections break', async () => {
  const it = pool(4)
  for (let round = 0; round < 8; round++) {
    const queries = Array.from({ length: 40 }, (_, n) =>
      n % 4 ? it`select ${n}::int` : it.begin((own) => own`select 1`),
    )
    const outcomes = Promise.all(queries.map(outcome))
    await breakAll()
    assert.ok(!(await outcomes).includes('unanswered'))
  }
  assert.equal(await outcome(it`select 1`), 'done')
  await it.end({ timeout: 1 })
})
