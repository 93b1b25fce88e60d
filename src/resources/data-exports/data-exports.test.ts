// Exports of deliveries: what is refused, what the files have, how they are downloaded, and what a crash leaves.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { jobOf } from '#resources/export-jobs/request.ts'
import { exportJob } from '#resources/export-jobs/run.ts'
import type { WorkerContext } from '#server.ts'
import { type Call, testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { startJobs } from '../../../test/jobs.ts'
import { csvFilesOf, type Row } from '../../../test/unzip.ts'
import { contentExporter } from './write.ts'

const t = await testApp()
const { sql } = t.database

/** Only the tests of this suite have a worker: the others rely on exports that are not begun. */
function withWorker() {
  let stop = async () => {}
  before(() => {
    stop = startJobs(sql, undefined, { files: t.files }, () => {})
  })
  after(() => stop())
}
const seconds = (time = new Date()) => Math.floor(time.getTime() / 1000)
const TODAY = () => ({ created_at_after: seconds(), created_at_before: seconds() })
const WITHOUT_FILE = { download_url: '', download_expires_at: '' }
const MISSING = [404, 'not_found', 'The requested resource does not exist.']

const refusal = ({ status, body }: Awaited<ReturnType<Call>>) => [status, body.errors[0].code, body.errors[0].message]
const ask = async (call: Call, request: object = TODAY()) => (await call('POST /export/content/data', request)).body
const show = async (call: Call, id: string) => (await call(`GET /export/content/data/${id}`)).body
const cancel = async (call: Call, id: string) => (await call(`POST /export/cancel/${id}`)).body

async function download(token: string, id: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${token}`
  return t.app.inject({
    url: `/download/content/data/${id}`,
    headers: { accept: 'application/octet-stream', authorization, ...headers },
  })
}

const untilEnded = (call: Call, id: string) =>
  eventually(
    () => show(call, id),
    ({ status }) => !['pending', 'in_progress'].includes(status),
    30_000,
  )

/** Returns the files of a new export, by their statistic. */
async function exported(by: Awaited<ReturnType<typeof t.another>>, request?: object): Promise<Record<string, Row[]>> {
  const { job_identifier } = await ask(by.call, request)
  assert.equal((await untilEnded(by.call, job_identifier)).status, 'completed')
  const files = await csvFilesOf((await download(by.created.token, job_identifier)).rawPayload)
  return Object.fromEntries(
    Object.entries(files).map(([name, rows]) => {
      const [, statistic] = /^(\w+)_\d{8}-\d{6}\.csv$/.exec(name) ?? []
      return [String(statistic), rows]
    }),
  )
}

describe('a request for an export', () => {
  test('is refused without both times, with other properties, or with times in the wrong order', async () => {
    const cases: [request: object, code: string, message: RegExp][] = [
      [{}, 'parameter_not_found', /created_at_after is required/],
      [{ created_at_after: 1 }, 'parameter_not_found', /created_at_before is required/],
      [{ created_at_after: 'x', created_at_before: 1 }, 'parameter_invalid', /created_at_after/],
      [{ created_at_after: -1, created_at_before: 1 }, 'parameter_invalid', /created_at_after/],
      [{ created_at_after: 1.5, created_at_before: 2 }, 'parameter_invalid', /created_at_after/],
      [{ created_at_after: null, created_at_before: 2 }, 'parameter_invalid', /created_at_after/],
      [{ created_at_after: 1, created_at_before: 9e12 }, 'parameter_invalid', /created_at_before/],
      [{ created_at_after: 3, created_at_before: 2 }, 'parameter_invalid', /must not be before created_at_after/],
      [{ created_at_after: 1, created_at_before: 2, format: 'x' }, 'bad_request', /^bad 'format' parameter$/],
    ]
    for (const [request, code, message] of cases) {
      const [status, got, text] = refusal(await t.call('POST /export/content/data', request))
      assert.deepEqual([status, got], [400, code], JSON.stringify(request))
      assert.match(text, message)
    }
  })

  test('is refused while another export of the workspace is active, also of two at once', async () => {
    const { call } = await t.another()
    const both = await Promise.all([
      call('POST /export/content/data', TODAY()),
      call('POST /export/content/data', TODAY()),
    ])
    const [accepted, refused] = both.sort((a, b) => a.status - b.status)
    assert.deepEqual(refusal(refused!), [
      429,
      'rate_limit_exceeded',
      'Exceeded rate limit of 1 pending message data export jobs',
    ])
    const id = accepted!.body.job_identifier
    assert.match(id, /^[a-z0-9]{16}$/)
    assert.deepEqual(accepted!.body, { job_identifier: id, job_identfier: id, status: 'pending', ...WITHOUT_FILE })
    assert.equal((await cancel(call, id)).status, 'canceled')
    assert.equal((await ask(call)).status, 'pending')
  })

  test('is an operation for which a token is needed; an unknown export is not found', async () => {
    for (const route of ['GET /export/content/data/x', 'POST /export/cancel/x', 'GET /download/content/data/x']) {
      assert.deepEqual(refusal(await t.call(route)), MISSING, route)
      assert.equal((await t.call(route, undefined, { token: null })).status, 401, route)
    }
  })
})

describe('an export', () => {
  withWorker()

  test('that is canceled has no file and is not begun; to cancel it again, or when it has ended, changes nothing', async () => {
    const by = await t.another()
    const { job_identifier: id } = await ask(by.call)
    const first = await cancel(by.call, id)
    assert.ok(['canceled', 'no_data'].includes(first.status)) // The worker can be faster.
    assert.equal((await cancel(by.call, id)).status, first.status)
    assert.deepEqual(refusal(await by.call(`GET /download/content/data/${id}`)), MISSING)
  })

  test('without rows says so, and has no file', async () => {
    const by = await t.another()
    const { job_identifier: id } = await ask(by.call)
    const ended = await untilEnded(by.call, id)
    assert.deepEqual([ended.status, ended.download_url], ['no_data', ''])
    assert.deepEqual(refusal(await by.call(`GET /download/content/data/${id}`)), MISSING)
  })

  test('has a file for each statistic that has rows, of deliveries that reached a provider', async (test) => {
    const by = await t.another()
    const { workspace } = by
    const stop = await captureAll(sql, test)
    const company = (await by.call('POST /companies', { company_id: 'c-1', name: 'Acme' })).body.id
    const name = 'Łukasz, "the" \u{1F600}\nSecond line'
    const people = {
      read: 'open',
      bounced: 'hard_bounce',
      rejected: 'soft_bounce',
      spam: 'spam_complaint',
      unsubscribed: 'unsubscribe',
      delivered: 'reply',
    }
    const contacts: Record<string, string> = {}
    for (const outcome of Object.keys(people))
      contacts[outcome] = await aContact(workspace, {
        name,
        external_id: `e-${outcome}`,
        email: `a+${outcome}@example.com`,
      })
    await by.call(`POST /contacts/${contacts['read']}/companies`, { id: company })
    const blocked = await aContact(workspace, { email: 'blocked@example.com', blocked_at: new Date() })
    const message = await aMessage(workspace, { to: Object.values(contacts), subject: 'News, "of" the day' })
    await aMessage(workspace, { to: blocked })
    const sms = await aContact(workspace, { formatted_phone: '+12025550151', phone: '+12025550151' })
    await aMessage(workspace, { to: sms, message_type: 'sms', template: null, subject: null })
    await eventually(
      async () => (await sql`select from deliveries where workspace_id = ${workspace.id} and status = 'queued'`).count,
      (waiting) => waiting === 0,
    )
    await stop()
    await by.call('POST /extensions/sandbox/replies', {
      ...{ to_message: message, contact: { id: contacts['delivered'] }, body: 'Thanks' },
    })
    const files = await exported(by)
    const receipts = files['receipt']!
    const receiptOf = (contact: string) => receipts.find(({ user_id }) => user_id === contact)!
    assert.equal(receipts.length, Object.keys(people).length + 1)
    assert.equal(receiptOf(blocked), undefined)
    const read = receiptOf(contacts['read']!)
    assert.deepEqual(
      [read['name'], read['user_external_id'], read['email'], read['content_title'], read['content_type']],
      [name, 'e-read', 'a+read@example.com', 'News, "of" the day', 'email'],
    )
    assert.deepEqual(
      [read['company_id'], read['company_external_id'], read['series_id'], read['ruleset_id'], read['content_id']],
      [company, 'c-1', '-1', message, message],
    )
    assert.equal(receiptOf(sms)['company_id'], '-1')
    assert.match(read['received_at']!, /^\d{10}$/)
    for (const [outcome, statistic] of [...Object.entries(people), ['sms', 'sms_failure'] as const]) {
      const receipt = receiptOf(outcome === 'sms' ? sms : contacts[outcome]!)
      const rows = files[statistic] ?? []
      assert.deepEqual(
        rows.map(({ receipt_id }) => receipt_id),
        [receipt['receipt_id']],
        statistic,
      )
      assert.equal(receipt[`first_${statistic}`], Object.values(rows[0]!)[1], statistic)
    }
    assert.deepEqual(Object.keys(files).sort(), ['receipt', 'sms_failure', ...Object.values(people)].sort())
  })
})

describe('the file of an export', () => {
  withWorker()

  test('is answered in parts for Range; a range outside is a 416; with another ETag it is whole', async (test) => {
    const by = await t.another()
    const stop = await captureAll(sql, test)
    await aMessage(by.workspace, { to: await aContact(by.workspace, { email: 'a@example.com' }) })
    await eventually(
      async () => (await sql`select from deliveries where status = 'queued'`).count,
      (n) => n === 0,
    )
    await stop()
    const { job_identifier: id } = await ask(by.call)
    const ended = await untilEnded(by.call, id)
    assert.equal(ended.download_url, `/download/content/data/${id}`)
    assert.ok(Number(ended.download_expires_at) > seconds() + 47 * 3600)
    const { token } = by.created
    const whole = await download(token, id)
    assert.deepEqual([whole.statusCode, whole.headers['content-type']], [200, 'application/octet-stream'])
    const size = whole.rawPayload.length
    assert.equal(whole.headers['content-length'], String(size))
    const parts = await Promise.all([
      download(token, id, { range: 'bytes=0-99' }),
      download(token, id, { range: 'bytes=100-' }),
    ])
    assert.deepEqual(
      parts.map(({ statusCode }) => statusCode),
      [206, 206],
    )
    assert.ok(Buffer.concat(parts.map(({ rawPayload }) => rawPayload)).equals(whole.rawPayload))
    const beyond = await download(token, id, { range: `bytes=${size}-` })
    assert.deepEqual([beyond.statusCode, beyond.headers['content-range']], [416, `bytes */${size}`])
    const etag = String(whole.headers['etag'])
    assert.equal((await download(token, id, { range: 'bytes=0-9', 'if-range': etag })).statusCode, 206)
    assert.equal((await download(token, id, { range: 'bytes=0-9', 'if-range': '"x"' })).statusCode, 200)

    const other = await t.another()
    assert.equal((await download(other.created.token, id)).statusCode, 404)
    await sql`update export_jobs set expires_at = now() where id = ${id}`
    assert.equal((await download(token, id)).statusCode, 404)
    assert.deepEqual(refusal(await by.call(`GET /export/content/data/${id}`)), MISSING)
  })
})

describe('a run that is broken off', () => {
  const context = { sql, files: t.files, log: { error() {} } } as unknown as WorkerContext
  const { run } = exportJob(contentExporter)

  async function anExport() {
    const { call, workspace } = await t.another()
    const to = await aContact(workspace, { email: 'a@example.com' })
    const [{ id: delivery_id } = { id: '' }] = await sql<{ id: string }[]>`
      select id from deliveries where workspace_id = ${workspace.id} and message_id = ${await aMessage(workspace, { to })}`
    await sql`update deliveries set status = 'sent' where workspace_id = ${workspace.id} and id = ${delivery_id}`
    await sql`insert into delivery_history (workspace_id, delivery_id, event, status, attempt, at)
      values (${workspace.id}, ${delivery_id}, 'attempt', 'sent', 1, now())`
    const { job_identifier: id } = await ask(call)
    await sql`select graphile_worker.complete_jobs(array(
      select id from graphile_worker.jobs where task_identifier = ${jobOf('content')}))`
    return { call, id, payload: { workspace_id: workspace.id, id } }
  }

  test('leaves the export without a file; the next run completes it; after five runs it has failed', async () => {
    const { call, id, payload } = await anExport()
    const files = { ...t.files, writeUnclaimed: async () => Promise.reject(new Error('The disk is gone')) }
    await assert.rejects(run({ ...context, files } as WorkerContext, payload), /The disk is gone/)
    assert.deepEqual(await show(call, id), {
      job_identifier: id,
      job_identfier: id,
      status: 'in_progress',
      ...WITHOUT_FILE,
    })
    await run(context, payload)
    assert.equal((await show(call, id)).status, 'completed')

    const another = await anExport()
    for (let runs = 1; runs < 5; runs++)
      await assert.rejects(run({ ...context, files } as WorkerContext, another.payload))
    await run({ ...context, files } as WorkerContext, another.payload)
    assert.deepEqual([(await show(another.call, another.id)).status], ['failed'])
    assert.equal((await ask(another.call)).status, 'pending')
  })

  test('and goes on after another one has completed the export, or after it was canceled, changes nothing', async () => {
    for (const meanwhile of ['completes', 'cancels'] as const) {
      const { call, id, payload } = await anExport()
      const files = {
        ...t.files,
        async writeUnclaimed(...given: Parameters<typeof t.files.writeUnclaimed>) {
          const written = await t.files.writeUnclaimed(...given)
          if (meanwhile === 'cancels') await cancel(call, id)
          else await run(context, payload)
          return written
        },
      }
      await run({ ...context, files }, payload)
      assert.equal((await show(call, id)).status, meanwhile === 'cancels' ? 'canceled' : 'completed')
    }
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from attachments where not exists (
        select from export_jobs where export_jobs.workspace_id = attachments.workspace_id and file_id = attachments.id)`
    assert.equal(row!.count, 0)
  })
})
