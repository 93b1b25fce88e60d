// Jobs: appended tasks, their end, workers that run at once or are stopped, and many workspaces.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '#jobs/job.ts'
import { contactBulk } from '#resources/contacts/bulk/carry-out.ts'
import { testApp } from '../../../test/app.ts'
import { eventually } from '../../../test/factories.ts'
import { ended, startJobs } from '../../../test/jobs.ts'
import type { Bulk } from './bulk.ts'
import { bulkJob } from './carry-out.ts'
import { deleteOldJobs } from './queries.ts'

const t = await testApp()
const { sql } = t.database

type TestWorkspace = Pick<typeof t, 'call' | 'created'>

const contacts = (count: number, name = 'bulk') =>
  Array.from({ length: count }, (_, n) => ({ external_id: `${name} ${n}`, name }))

const start = async (items: object[], { call }: TestWorkspace = t, job?: { id: string }) => {
  const { status, body } = await call('POST /contacts/bulk', { contacts: items, job })
  assert.equal(status, 202, JSON.stringify(body))
  return body
}

/** Runs a job's task as a worker would, with the queue left alone. */
async function runTask(
  job: { id: string },
  of: TestWorkspace = t,
  runs: Job<{ sql: typeof sql }> = bulkJob(contactBulk),
) {
  const { id: workspace_id, admin_id } = of.created
  const tasks = await sql<{ id: string }[]>`
    select id from job_tasks where workspace_id = ${workspace_id} and 'job_v2_' || job_id = ${job.id} order by id`
  for (const { id: task_id } of tasks)
    await runs.run({ sql }, { workspace_id, admin_id, task_id, public_url: 'https://x' })
}

const show = async ({ id }: { id: string }, { call }: TestWorkspace = t) =>
  (await call(`GET /contacts/bulk/${id}`)).body
const countOf = async (workspace_id: string) => {
  const [row] = await sql<{ contacts: number; events: number }[]>`
    select (select count(*)::integer from contacts where workspace_id = ${workspace_id}) as contacts,
      (select count(*)::integer from events
        where workspace_id = ${workspace_id} and topic = 'contact.user.created') as events`
  return { ...row }
}
const completions = async (job_id: string) => {
  const rows = await sql<{ snapshot: unknown }[]>`
    select snapshot from events where object_type = 'job' and object_id = ${job_id} and topic = 'job.completed'`
  return rows.map(({ snapshot }) => snapshot)
}

test('a job that has ended accepts no task, neither after errors nor after success', async () => {
  for (const item of [{ external_id: 'ends' }, {}]) {
    const job = await start([item])
    await runTask(job)
    for (const [route, body] of [
      ['POST /contacts/bulk', { contacts: [{ role: 'lead' }] }],
      ['PUT /contacts/bulk', { contacts: [{ id: 'x' }] }],
      ['POST /contacts/bulk/delete', { contacts: [{ id: 'x' }] }],
    ] as [string, object][]) {
      const { status, body: answer } = await t.call(route, { ...body, job: { id: job.id } })
      const errors = [{ code: 'forbidden', message: `job ${job.id} is closed for new task updates` }]
      assert.deepEqual([status, answer.errors], [403, errors])
    }
    assert.equal((await show(job)).tasks.length, 1)
  }
})

test('a job with 1,000 tasks accepts no more', async () => {
  const job = await start([{}])
  await sql`
    insert into job_tasks (workspace_id, job_id, action, item_count, created_at)
    select ${t.created.id}, replace(${job.id}, 'job_v2_', '')::bigint, 'create', 1, now() from generate_series(1, 999)`
  const { status, body } = await t.call('POST /contacts/bulk', { contacts: [{}], job: { id: job.id } })
  assert.deepEqual([status, body.errors[0].message], [403, `job ${job.id} is closed for new task updates`])
  assert.equal((await show(job)).tasks.length, 1_000)
})

test('a request to delete in bulk is in the activity log, and one that is refused is not', async () => {
  const third = await t.another()
  await third.call('POST /contacts/bulk/delete', { contacts: [] })
  await third.call('POST /contacts/bulk/delete', { contacts: [{ id: 'a' }, { id: 'b' }] })
  await third.call('POST /companies/bulk/delete', { companies: [{ id: 'a' }] })
  await third.call('PUT /companies/bulk', { companies: [{ id: 'a' }] })
  const { body } = await third.call('GET /admins/activity_logs?created_at_after=0')
  assert.deepEqual(
    body.activity_logs.map(({ activity_type, metadata }: Record<string, unknown>) => [activity_type, metadata]),
    [
      ['bulk_delete', { object_type: 'companies', count: 1 }],
      ['bulk_delete', { object_type: 'contacts', count: 2 }],
    ],
  )
})

test('two requests at once append two tasks, of any action, and the job ends after the last', async () => {
  const third = await t.another()
  const job = await start(contacts(3), third)
  const appends = await Promise.all([
    start(contacts(5, 'second'), third, { id: job.id }),
    third.call('PUT /contacts/bulk', { contacts: [{ id: 'nobody' }], job: { id: job.id } }),
  ])
  assert.deepEqual([appends[0].id, appends[1].body.id], [job.id, job.id])
  const { tasks, state } = await show(job, third)
  assert.deepEqual(tasks.map(({ item_count }: { item_count: number }) => item_count).sort(), [1, 3, 5])
  assert.deepEqual([tasks[0].item_count, state], [3, 'running'])
  const status = async () => (await third.call(`GET /jobs/status/${job.id}`)).body
  assert.deepEqual(await status(), {
    ...{ type: 'job', id: job.id, url: `/jobs/status/${job.id}`, status: 'pending' },
    ...{ resource_type: 'contacts.bulk.job', resource_id: job.id, resource_url: `/contacts/bulk/${job.id}` },
  })
  await runTask(job, third)
  const done = await show(job, third)
  const states = done.tasks.map((task: { state: string; item_count: number }) => [task.item_count, task.state])
  assert.deepEqual(Object.fromEntries(states), { 1: 'completed_with_errors', 3: 'completed', 5: 'completed' })
  assert.deepEqual([done.state, (await status()).status], ['completed_with_errors', 'failed'])
  assert.deepEqual(await countOf(third.created.id), { contacts: 8, events: 8 })
})

test('the end of a job is one event, with the status of the job', async () => {
  const third = await t.another()
  await sql`update workspaces set listened_topics = '{job.completed}' where id = ${third.created.id}`
  const job = await start(contacts(2), third)
  await Promise.all([runTask(job, third), runTask(job, third), runTask(job, third)])
  await runTask(job, third)
  const snapshot = {
    ...{ type: 'job', id: job.id, url: `https://x/jobs/status/${job.id}`, status: 'success' },
    resource_type: 'contacts.bulk.job',
    ...{ resource_id: job.id, resource_url: `https://x/contacts/bulk/${job.id}` },
  }
  assert.deepEqual(await completions(job.id), [snapshot])
  assert.deepEqual((await third.call('GET /jobs/status/job_v2_0')).status, 404)
})

test('a task that four workers run at once does each item once', async () => {
  const third = await t.another()
  const job = await start(contacts(100), third)
  await Promise.all(Array.from({ length: 4 }, () => runTask(job, third)))
  assert.equal((await show(job, third)).state, 'completed')
  assert.deepEqual(await countOf(third.created.id), { contacts: 100, events: 100 })
  const [left] = await sql`select count(*)::integer as count from job_items where workspace_id = ${third.created.id}`
  assert.equal(left?.['count'], 0)
})

test('an item that fails for another reason is tried three times, then refused, and the others are carried out', async () => {
  const third = await t.another()
  const job = await start([{ external_id: 'a' }, { external_id: 'fails' }, { external_id: 'b' }], third)
  let tries = 0
  const failing: Bulk<'contacts'> = {
    ...contactBulk,
    actions: {
      ...contactBulk.actions,
      async create(workspace, item) {
        await contactBulk.actions.create(workspace, item)
        if ((item as { external_id: string }).external_id !== 'fails') return
        tries++
        throw new Error('The reason')
      },
    },
  }
  for (const _ of [1, 2]) await assert.rejects(runTask(job, third, bulkJob(failing)), /The reason/)
  assert.equal((await show(job, third)).state, 'running')
  await runTask(job, third, bulkJob(failing))
  assert.equal((await show(job, third)).state, 'completed_with_errors')
  const { body } = await third.call(`GET /extensions/jobs/${job.id}/errors`)
  assert.deepEqual(
    body.data.map(({ position, code, field }: Record<string, unknown>) => [position, code, field]),
    [[1, 'server_error', null]],
  )
  assert.deepEqual([tries, await countOf(third.created.id)], [3, { contacts: 2, events: 2 }])
})

test('refused items are listed page by page, in the order of the requests', async () => {
  const third = await t.another()
  const job = await start(
    Array.from({ length: 12 }, () => ({})),
    third,
  )
  await start([{}, { external_id: 'good' }, {}], third, { id: job.id })
  await runTask(job, third)
  const seen: string[] = []
  let after: string | undefined
  do {
    const query = new URLSearchParams({ per_page: '5', ...(after && { starting_after: after }) })
    const { status, body } = await third.call(`GET /extensions/jobs/${job.id}/errors?${query}`)
    assert.deepEqual([status, body.total_count], [200, 14])
    seen.push(...body.data.map((row: { task_id: string; position: number }) => `${row.task_id} ${row.position}`))
    after = body.pages.next?.starting_after
  } while (after)
  const [first, second] = (await show(job, third)).tasks.map(({ id }: { id: string }) => id)
  assert.deepEqual(seen, [...Array.from({ length: 12 }, (_, n) => `${first} ${n}`), `${second} 0`, `${second} 2`])
})

test('a job of an emptied or removed workspace runs, and does nothing', async () => {
  const third = await t.another()
  await start(contacts(2), third)
  const tasks = await sql<{ id: string }[]>`select id from job_tasks where workspace_id = ${third.created.id}`
  assert.equal((await third.call('POST /extensions/sandbox/reset')).status, 200)
  const payload = { workspace_id: third.created.id, admin_id: '', task_id: tasks[0]!.id, public_url: '' }
  await bulkJob(contactBulk).run({ sql }, payload)
  await bulkJob(contactBulk).run({ sql }, { ...payload, workspace_id: 'nowhere1' })
  assert.deepEqual(await countOf(third.created.id), { contacts: 0, events: 0 })
})

test('a job that ended 30 days ago is removed with its items; a running one is not', async () => {
  const third = await t.another()
  const [old, recent, running] = [await start([{}], third), await start([{}], third), await start([{}], third)]
  for (const job of [old, recent]) await runTask(job, third)
  const age = (job: { id: string }, days: number) => sql`
    update jobs set completed_at = completed_at - ${days} * interval '1 day', created_at = created_at - interval '40 days'
    where 'job_v2_' || id = ${job.id}`
  await Promise.all([age(old, 31), age(recent, 29), age(running, 40)])
  await deleteOldJobs(sql)
  assert.equal((await third.call(`GET /contacts/bulk/${old.id}`)).status, 404)
  for (const job of [recent, running]) assert.equal((await third.call(`GET /contacts/bulk/${job.id}`)).status, 200)
})

test('20 × 100 items while workers stop and start: every job ends, and every item is carried out once', async () => {
  const third = await t.another()
  const stop = [startJobs(sql)]
  const restarts = (async () => {
    for (let times = 0; times < 5; times++) {
      await sleep(150)
      await stop.pop()?.()
      stop.push(startJobs(sql))
    }
  })()
  const jobs = await Promise.all(Array.from({ length: 20 }, (_, n) => start(contacts(100, `part ${n}`), third)))
  await restarts
  for (const job of jobs) assert.equal((await ended(third.call, job.url, 60_000)).state, 'completed')
  assert.deepEqual(await countOf(third.created.id), { contacts: 2_000, events: 2_000 })
  for (const job of jobs) assert.equal((await completions(job.id)).length, 1)
  await stop.pop()?.()
})

test('a small job does not wait for the end of another workspace’s large ones', async () => {
  startJobs(sql)
  const [large, small] = [await t.another(), await t.another()]
  const many = await Promise.all(Array.from({ length: 10 }, (_, n) => start(contacts(100, `part ${n}`), large)))
  const one = await start(contacts(1), small)
  await ended(small.call, one.url)
  const { contacts: made = 0 } = await countOf(large.created.id)
  assert.ok(made < 800, `${made} of 1,000 items were carried out first`)
  for (const job of many)
    await eventually(
      () => show(job, large),
      ({ state }) => state === 'completed',
      60_000,
    )
})
