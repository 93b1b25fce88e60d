// Queued and scheduled jobs, on a real queue.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseCrontab } from 'graphile-worker'
import { RESOURCES } from '#resources/index.ts'
import { SEARCH_JOBS } from '#search/totals.ts'
import { testApp } from '../../test/app.ts'
import { eventually } from '../../test/factories.ts'
import { enqueue } from './enqueue.ts'
import { HOUSEKEEPING } from './housekeeping.ts'
import type { Job } from './job.ts'
import { type JobLog, runJobs } from './run.ts'

const t = await testApp()
const { sql } = t.database

const logged: { level: string; message: string }[] = []
const at = (level: string) => (_about: object, message: string) => void logged.push({ level, message })
const log: JobLog = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }

const ran: { name: string; payload: unknown }[] = []
let failures = 1
let ticks = 0
let release = () => {}

const JOBS: Job<object>[] = [
  {
    name: 'test:note',
    run: async (_context, payload) => void ran.push({ name: 'test:note', payload }),
  },
  {
    name: 'test:fails-once',
    async run(_context, payload) {
      if (failures-- > 0) throw new Error('not yet')
      ran.push({ name: 'test:fails-once', payload })
    },
  },
  { name: 'test:hangs', run: () => new Promise<void>((resolve) => (release = resolve)) },
  { name: 'test:tick', every_ms: 20, run: async () => void ticks++ },
  { name: 'test:nightly', cron: '30 3 * * *', run: async () => {} },
]
const start = (jobs = JOBS) =>
  runJobs({ sql, jobs, context: {}, log, heartbeat: { every_ms: 100, dead_after_ms: 500 } })

const stop = start()
after(stop)
const payloadsOf = (name: string) => ran.filter((one) => one.name === name).map(({ payload }) => payload)
const became = (name: string, count: number) =>
  eventually(
    async () => payloadsOf(name),
    ({ length }) => length === count,
  )

test('the jobs of this server have unique names and schedules that the queue accepts', () => {
  const jobs = [...HOUSEKEEPING, ...SEARCH_JOBS, ...RESOURCES.flatMap(({ jobs = [] }) => jobs)]
  for (const { name, cron = '* * * * *' } of jobs) assert.equal(parseCrontab(`${cron} ${name}`).length, 1)
  assert.equal(new Set(jobs.map(({ name }) => name)).size, jobs.length)
})

test('a job of a transaction that is rolled back never runs', async () => {
  await assert.rejects(
    sql.begin(async (sql) => {
      await enqueue(sql, { name: 'test:note', payload: { of: 'nothing' } })
      throw new Error('no')
    }),
  )
  await sql.begin((sql) => enqueue(sql, { name: 'test:note', payload: { of: 'a commit' } }))
  assert.deepEqual(await became('test:note', 1), [{ of: 'a commit' }])
})

test('a job that fails is retried, and the failure is logged', async () => {
  await enqueue(sql, { name: 'test:fails-once', payload: { n: 1 } })
  await eventually(
    () => sql<{ last_error: string }[]>`select last_error from graphile_worker.jobs where last_error is not null`,
    ([row]) => row?.last_error === 'not yet',
  )
  assert.ok(logged.some(({ level, message }) => level === 'error' && message.includes('test:fails-once')))
  await sql`update graphile_worker._private_jobs set run_at = now()`
  assert.deepEqual(await became('test:fails-once', 1), [{ n: 1 }])
})

test('a job of a killed process is run by another one soon, not after hours', async () => {
  const [job] = await sql<{ id: string }[]>`
    select id from graphile_worker.add_job('test:note', '{"of":"a dead worker"}', run_at => now() + interval '1 hour')`
  await sql`
    update graphile_worker._private_jobs
    set locked_by = 'worker-dead', locked_at = now() - interval '1 second', run_at = now() - interval '1 second', attempts = 1
    where id = ${job!.id}`
  await eventually(
    async () => {
      // A freed job waits like a failed one.
      await sql`update graphile_worker._private_jobs set run_at = now() where id = ${job!.id} and locked_by is null`
      return payloadsOf('test:note')
    },
    (payloads) => JSON.stringify(payloads).includes('a dead worker'),
  )
})

test('of several jobs with the same key only the last one runs', async () => {
  const before = payloadsOf('test:note').length
  const run_at = new Date(Date.now() + 300)
  for (const n of [1, 2, 3]) await enqueue(sql, { name: 'test:note', payload: { n }, key: 'one', run_at })
  await became('test:note', before + 1)
  assert.deepEqual(payloadsOf('test:note').at(-1), { n: 3 })
})

test('a job with an interval runs that often, and the queue knows the crontab', async () => {
  const before = ticks
  await sleep(200)
  assert.ok(ticks - before >= 3, `${ticks - before} ticks`)
  await eventually(
    () => sql<{ identifier: string }[]>`select identifier from graphile_worker._private_known_crontabs`,
    (rows) => rows.some(({ identifier }) => identifier === 'test:nightly'),
  )
})

test('a job that hangs does not delay the stop, and is not lost', async () => {
  await enqueue(sql, { name: 'test:hangs', payload: {} })
  await eventually(
    () => sql`select from graphile_worker.jobs where task_identifier = 'test:hangs' and locked_by is not null`,
    ({ count }) => count === 1,
  )
  const started = Date.now()
  await stop()
  assert.ok(Date.now() - started < 4_500, `${Date.now() - started} ms`)
  const [left] = await sql<{ attempts: number }[]>`
    select attempts from graphile_worker.jobs where task_identifier = 'test:hangs'`
  assert.equal(left?.attempts, 1)
  release()
})
