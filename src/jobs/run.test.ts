// Queued and scheduled jobs, on a real queue.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseCrontab } from 'graphile-worker'
import { DELIVERY_JOBS } from '#delivery/retention.ts'
import { EVENT_JOBS } from '#events/partitions.ts'
import { RESOURCES } from '#resources/index.ts'
import { SEARCH_JOBS } from '#search/totals.ts'
import { testApp } from '../../test/app.ts'
import { eventually } from '../../test/factories.ts'
import { enqueue } from './enqueue.ts'
import { HOUSEKEEPING } from './housekeeping.ts'
import type { Job } from './job.ts'
import { HEARTBEAT, type JobLog, POLL_EVERY_MS, runJobs } from './run.ts'

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

let stop = start()
const restart = () => {
  stop = start()
}
after(() => stop())
const payloadsOf = (name: string) => ran.filter((one) => one.name === name).map(({ payload }) => payload)
const became = (name: string, count: number) =>
  eventually(
    async () => payloadsOf(name),
    ({ length }) => length === count,
  )

test('the jobs of this server have unique names and schedules that the queue accepts', () => {
  const jobs = [
    ...HOUSEKEEPING,
    ...EVENT_JOBS,
    ...DELIVERY_JOBS,
    ...SEARCH_JOBS,
    ...RESOURCES.flatMap(({ jobs = [] }) => jobs),
  ]
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

/** A job that a worker has locked, and another one that waits in the same queue. */
async function lockedQueue(queue: string, locked_by: string) {
  for (const place of ['first', 'second'])
    await sql`
      select graphile_worker.add_job('test:note', ${JSON.stringify({ of: `${queue} ${place}` })}::text::json, queue_name => ${queue}::text,
        run_at => now() + interval '1 hour')`
  await sql`
    update graphile_worker._private_job_queues set locked_by = ${locked_by}, locked_at = now() - interval '1 second'
    where queue_name = ${queue}`
  await sql`
    update graphile_worker._private_jobs set
      run_at = now() - case when payload->>'of' like '% first' then interval '2 seconds' else interval '1 second' end,
      locked_by = case when payload->>'of' like '% first' then ${locked_by} end,
      locked_at = case when payload->>'of' like '% first' then now() - interval '1 second' end
    where payload->>'of' like ${`${queue} %`}`
}

const notesOf = (queue: string) =>
  payloadsOf('test:note')
    .map((payload) => (payload as { of?: string }).of ?? '')
    .filter((of) => of.startsWith(queue))

test('the queue of a worker that reports is not touched; when it is killed, its jobs run in order within five seconds', async () => {
  assert.ok(HEARTBEAT.dead_after_ms + HEARTBEAT.every_ms + POLL_EVERY_MS <= 5_000)
  const report = () => sql`
    insert into job_workers (id, seen_at) values ('worker-busy', now()) on conflict (id) do update set seen_at = now()`
  await report()
  await lockedQueue('busy', 'worker-busy')
  const beating = setInterval(report, 50)
  await sleep(800)
  clearInterval(beating)
  assert.deepEqual(notesOf('busy'), [])
  const killed = Date.now()
  await eventually(
    async () => notesOf('busy'),
    ({ length }) => length === 2,
  )
  assert.deepEqual(notesOf('busy'), ['busy first', 'busy second'])
  assert.ok(Date.now() - killed < 5_000, `${Date.now() - killed} ms`)
})

test('a process that has just started, or could not report, frees no jobs at its first report', async () => {
  await sql`insert into job_workers (id, seen_at) values ('worker-slow', now() - interval '10 seconds')`
  await stop()
  await lockedQueue('slow', 'worker-slow')
  const stopAgain = runJobs({ sql, jobs: JOBS, context: {}, log, heartbeat: { every_ms: 600, dead_after_ms: 500 } })
  await sleep(1_500)
  await stopAgain()
  assert.deepEqual(notesOf('slow'), [])
  restart()
  await eventually(
    async () => notesOf('slow'),
    ({ length }) => length === 2,
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
