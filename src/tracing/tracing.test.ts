// Traces on a real collector: a request, its statements, its delivery and the call of the provider are one trace, and nothing in it is data.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { emailAccount } from '#channels/email/account.ts'
import { smtpAccount } from '#channels/email/send.ts'
import { traceStatements } from '#db/trace-statements.ts'
import { startWorker } from '#delivery/worker.ts'
import { safeFetcher } from '#net/safe-fetch.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { startTracing } from '#tracing/sdk.ts'
import { activeTracer, inSpan } from '#tracing/trace.ts'
import { NEARBY, testApp } from '../../test/app.ts'
import { aContact, eventually } from '../../test/factories.ts'
import { type CollectedSpan, otlpReceiver } from '../../test/otlp-receiver.ts'
import { smtpSink } from '../../test/smtp-sink.ts'

const collector = await otlpReceiver()
const stopTracing = startTracing({
  ...{ endpoint: collector.url, headers: { 'x-team': 'a team' }, service_name: 'messages', version: '1.2.3' },
  ...{ resource: { 'deployment.environment.name': 'tests' }, sampler: 'parentbased_always_on', ratio: 1 },
  send_every_ms: 20,
  log: (line) => assert.fail(line),
})
after(stopTracing)

const t = await testApp()
const { sql } = t.database
traceStatements(sql, activeTracer)

const sink = await smtpSink()
const mail = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: 'secret' }
const account = emailAccount(smtpAccount({ url: sink.url }), mail, 8)
const worker = await startWorker({
  ...{ sql, recipients: contactRecords, log: { error() {}, warn() {}, info() {} } },
  accounts: accountsOf([{ workspace_id: t.workspace.id, channel: 'email', account }], captureAccount(mail)),
  retry: { first_wait_ms: 60_000, longest_wait_ms: 60_000, give_up_after_ms: 600_000 },
})
after(async () => {
  await worker.stop()
  await account.close()
  await sink.close()
})

const hex = (digits: number) =>
  Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('')
/** `00-<trace>-<span>-<flags>`; not all digits are zeros. */
const newParent = (flags = '01') => ({ trace_id: `1${hex(31)}`, span_id: `1${hex(15)}`, flags })
const headerOf = ({ trace_id, span_id, flags }: ReturnType<typeof newParent>) => `00-${trace_id}-${span_id}-${flags}`

const spansOf = (trace_id: string) => collector.spans.filter((span) => span.trace_id === trace_id)
const collected = (trace_id: string, ...names: string[]) =>
  eventually(
    async () => spansOf(trace_id),
    (spans) => names.every((name) => spans.some((span) => span.name === name)),
  )
const named = (spans: CollectedSpan[], name: string) => spans.find((span) => span.name === name) as CollectedSpan

const ANNA = 'anna.the.first@example.com'
const anna = await aContact(t.workspace, { email: ANNA, name: 'Anna Confidential' })

function message(to: string) {
  const from = { type: 'admin', id: t.created.admin_id }
  const text = { subject: 'A secret subject', body: 'A body that nobody else reads', template: 'plain' }
  return { message_type: 'email', ...text, from, to: { type: 'user', id: to } }
}

async function send(to: string, traceparent: string): Promise<string> {
  const sent = await t.call('POST /messages', message(to), { headers: { traceparent } })
  assert.equal(sent.status, 200, sent.text)
  return sent.body.id
}

test('an answer of 503 marks the span of its request, and that of a refused one is not marked', async () => {
  const [broken, refused] = [newParent(), newParent()]
  await t.call('POST /extensions/sandbox/faults', { fault: '503', times: 1, path: '/tags' })
  const answers = [
    await t.call('GET /tags', undefined, { headers: { traceparent: headerOf(broken) } }),
    await t.call('GET /tags/123456', undefined, { headers: { traceparent: headerOf(refused) } }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [503, 404],
  )
  const failed = named(await collected(broken.trace_id, 'GET /tags'), 'GET /tags')
  assert.deepEqual([failed.failed, failed.attributes['error.type'], failed.kind], [true, '503', 'server'])
  const missing = named(await collected(refused.trace_id, 'GET /tags/:id'), 'GET /tags/:id')
  assert.deepEqual([missing.failed, missing.attributes['http.response.status_code']], [false, 404])
})

const BROKEN_STATEMENTS: [statement: string, name: string, sqlstate: string][] = [
  ['select 1 / 0', 'SELECT', '22012'],
  ["select 'anna@example.com'::bigint", 'SELECT', '22P02'],
  ['select * from no_such_table', 'SELECT no_such_table', '42P01'],
  ['insert into no_such_table values (1)', 'INSERT no_such_table', '42P01'],
  ['update no_such_table set a = 1', 'UPDATE no_such_table', '42P01'],
  ['delete from no_such_table', 'DELETE no_such_table', '42P01'],
  ['with a as (select 1) select * from a join no_such_table on true', 'SELECT no_such_table', '42P01'],
  ['selectt 1', 'SELECTT', '42601'],
  ['select * from tags for update of nothing', 'SELECT tags', '42P01'],
  ['insert into tags (id) values (1) on conflict (nothing) do update set id = 2', 'INSERT tags', '42703'],
]

for (const [statement, name, sqlstate] of BROKEN_STATEMENTS)
  test(`a statement that fails has the error ${sqlstate} and no text: ${statement}`, async () => {
    let trace_id = ''
    await inSpan('a test', { kind: 'consumer' }, async (span) => {
      trace_id = span.headers().traceparent?.split('-')[1] as string
      await sql.unsafe(statement)
    }).catch(() => {})
    const spans = await collected(trace_id, 'a test', name)
    const failed = named(spans, name)
    assert.deepEqual([failed.failed, failed.attributes['error.type'], failed.status_text], [true, sqlstate, ''])
    assert.equal(failed.parent_id, named(spans, 'a test').span_id)
  })

test('a mail that the server refuses marks the spans of the delivery and of the call', async () => {
  const parent = newParent()
  sink.refuse = () => '550 5.1.1 No such user anna.the.first@example.com'
  await send(await aContact(t.workspace, { email: 'nobody@example.com' }), headerOf(parent))
  const spans = await collected(parent.trace_id, 'deliver email', 'SMTP send')
  sink.refuse = () => undefined
  assert.deepEqual(
    ['deliver email', 'SMTP send'].map((name) => [named(spans, name).failed, named(spans, name).status_text]),
    [
      [true, ''],
      [true, ''],
    ],
  )
  assert.deepEqual(named(spans, 'deliver email').attributes['interphone.outcome'], 'failed')
})

const MALFORMED = ['', 'x', '00-0-0-01', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `00-${'g'.repeat(32)}-1-01`]

test('a malformed traceparent is ignored: the request has a trace of its own', async () => {
  const before = new Set(collector.spans)
  for (const traceparent of MALFORMED)
    assert.equal((await t.call('GET /me', undefined, { headers: { traceparent } })).status, 200)
  const own = () => collector.spans.filter((span) => !before.has(span) && span.name === 'GET /me')
  await eventually(
    async () => own(),
    (spans) => spans.length === MALFORMED.length,
  )
  assert.ok(own().every(({ parent_id, trace_id }) => parent_id === '' && /[1-9a-f]/.test(trace_id)))
  assert.equal(new Set(own().map(({ trace_id }) => trace_id)).size, MALFORMED.length)
})

test('a trace that its caller does not record is passed on, but neither recorded nor stored', async () => {
  const parent = newParent('00')
  const id = await send(anna, headerOf(parent))
  await eventually(
    async () => (await t.call(`GET /extensions/messages/${id}/deliveries`)).body.data,
    ([delivery]) => delivery.status === 'sent',
  )
  const [stored] = await sql`
    select traceparent from deliveries where workspace_id = ${t.workspace.id} and message_id = ${id}`
  assert.equal(stored?.traceparent, null)
  const later = newParent()
  await t.call('GET /me', undefined, { headers: { traceparent: headerOf(later) } })
  await collected(later.trace_id, 'GET /me')
  assert.deepEqual(spansOf(parent.trace_id), [])
})

test('a request that sends an email is one trace: request, statement, delivery, call of the mail server', async () => {
  const parent = newParent()
  const id = await send(anna, headerOf(parent))
  const [request, statement, delivery, call] = [
    'POST /messages',
    'INSERT messages deliveries',
    'deliver email',
    'SMTP send',
  ]
  const spans = await collected(parent.trace_id, request as string, delivery as string, call as string)
  const written = spans.find(({ name }) => name.startsWith(statement as string)) as CollectedSpan
  const parents = (...list: CollectedSpan[]) => list.map(({ parent_id }) => parent_id)
  const [received, delivered, sent] = [request, delivery, call].map((name) => named(spans, name as string)) as [
    CollectedSpan,
    CollectedSpan,
    CollectedSpan,
  ]
  assert.deepEqual(parents(received, written, delivered, sent), [
    ...[parent.span_id, received.span_id, received.span_id, delivered.span_id],
  ])
  assert.deepEqual(
    [received, written, delivered, sent].map(({ kind, failed, events }) => [kind, failed, events]),
    [
      ['server', false, 0],
      ['client', false, 0],
      ['consumer', false, 0],
      ['client', false, 0],
    ],
  )
  assert.deepEqual(
    [received.attributes['interphone.operation'], received.attributes['http.route']],
    ['createMessage', '/messages'],
  )
  assert.deepEqual([delivered.attributes['interphone.message_id'], delivered.attributes['interphone.attempt']], [id, 1])
  assert.deepEqual(received.resource, {
    ...{ 'deployment.environment.name': 'tests', 'service.name': 'messages', 'service.version': '1.2.3' },
  })
})

test('the collector gets its headers, at the path of OTLP', () => {
  const [{ path, headers } = assert.fail()] = collector.requests
  assert.deepEqual(
    [path, headers['x-team'], headers['content-type']],
    ['/v1/traces', 'a team', 'application/x-protobuf'],
  )
})

test('a request to another server carries the traceparent, and its span has no path, which may be secret', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.traceparent as string | undefined)
    response.writeHead(seen.length === 1 ? 500 : 200).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  const fetch = safeFetcher({ egress: NEARBY, any_port: true })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/a-secret-path?key=a-secret-key`
  let trace_id = ''
  await inSpan('a test', { kind: 'consumer' }, async (span) => {
    trace_id = span.headers().traceparent?.split('-')[1] as string
    for (let times = 0; times < 2; times++) (await fetch(url, { max_bytes: 1_000 })).end()
  })
  const calls = (await collected(trace_id, 'a test')).filter(({ name }) => name === 'GET')
  assert.deepEqual(
    seen.map((header) => header?.split('-').slice(1, 3)),
    calls.map(({ span_id }) => [trace_id, span_id]),
  )
  assert.deepEqual(
    calls.map(({ failed, attributes }) => [failed, attributes['http.response.status_code']]),
    [
      [true, 500],
      [false, 200],
    ],
  )
})

test('nothing that was recorded contains an address, a text, a name, a token or a secret path', () => {
  const all = Buffer.concat(collector.received).toString('latin1')
  assert.match(all, /deliver email/)
  const secrets = [ANNA, 'example.com', 'A secret subject', 'nobody else', 'Anna Confidential', t.created.token]
  for (const text of [...secrets, 'a-secret', 'No such user', 'Bearer']) assert.ok(!all.includes(text), text)
})
