// How the events of Fin reach their reader: by callback, by stream, after a crash; and the rating that they ask for.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { sendWebhooks } from '#resources/webhooks/send/work.ts'
import { NEARBY, SECRET, testApp } from '../../../test/app.ts'
import { eventually } from '../../../test/factories.ts'
import { finCaller } from '../../../test/fin.ts'
import { startJobs } from '../../../test/jobs.ts'
import { endless, modelServer, streamed } from '../../../test/model-server.ts'
import { webhookReceiver } from '../../../test/webhook-receiver.ts'

const t = await testApp()
await t.call('POST /articles', {
  ...{ title: 'Refunds', author_id: t.created.admin_id, state: 'published' },
  body: '<p>We refund an order within 30 days. The amount returns to the card that paid.</p>',
})
const server = await modelServer()
const model = { url: server.url, model: 'small', timeout_ms: 200 }
const { newId, message, think, talk, events, told } = finCaller(t)
const streaming = finCaller(t, { model })
const QUESTION = message('When do you refund my order?')
const user = { id: 'user-1' }

const start = async () => {
  const conversation_id = newId()
  const { body } = await t.call('POST /fin/start', { conversation_id, message: QUESTION, user })
  return { conversation_id, url: body.sse_subscription_url as string }
}
/** Reads a stream to its end. */
const read = async (url: string, headers = {}) => {
  const { status, text } = await t.call(`GET ${url}`, undefined, { token: null, headers })
  const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!))
  return { status, events: data, ids: [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id!) }
}

test('a stream needs a token that is signed and not older than three minutes', async () => {
  assert.equal((await read('/extensions/fin/event-stream?channels=x')).status, 400)
  assert.equal((await read('/extensions/fin/event-stream?accessToken=forged.token')).status, 401)
  const { url } = await start()
  const token = new URLSearchParams(url.split('?')[1]).get('accessToken')!
  const late = Date.now() + 181_000
  const { now } = Date
  Date.now = () => late
  try {
    assert.equal((await read(`/extensions/fin/event-stream?accessToken=${token}`)).status, 401)
  } finally {
    Date.now = now
  }
})

test('a stream ends when it is the turn of the user, also for a reader that came late', async () => {
  const { conversation_id, url } = await start()
  const early = read(url)
  await think(conversation_id)
  const late = await read(url)
  for (const { status, events } of [await early, late]) {
    assert.equal(status, 200)
    assert.deepEqual(
      events.map(({ event_name, status }) => `${event_name} ${status}`),
      ['fin_replied replying', 'fin_status_updated awaiting_user_reply'],
    )
  }
  const resumed = await read(url, { 'last-event-id': late.ids[0]! })
  assert.equal(resumed.events.length, 1)
})

test('the stream of a reply has only what follows it', async () => {
  const { conversation_id } = await start()
  await think(conversation_id)
  const { body } = await t.call('POST /fin/reply', {
    conversation_id,
    message: message('Please let me talk to a human'),
    user,
  })
  await think(conversation_id)
  const { events } = await read(body.sse_subscription_url)
  assert.deepEqual(
    events.map(({ status }) => status),
    ['replying', 'escalated', 'complete'],
  )
})

test('the stream of an escalation is not ended by what was before', async () => {
  const { conversation_id } = await start()
  await think(conversation_id)
  const { body } = await t.call('POST /fin/escalate', { conversation_id })
  const { events } = await read(body.sse_subscription_url)
  assert.deepEqual(
    events.map(({ status }) => status),
    ['replying', 'awaiting_user_reply', 'escalated', 'complete'],
  )
})

test('a model streams chunks with the whole text so far, counted from 0, and the reply has their id', async () => {
  server.answer = streamed('We refund an order within 30 days [1]. ', 'The amount returns to the card that paid [1]. ')
  const conversation_id = newId()
  const { body } = await streaming.talk('/fin/start', { conversation_id, message: QUESTION })
  const all = (await read(body.sse_subscription_url)).events
  const chunks = all.filter(({ event_name }) => event_name === 'fin_reply_chunk')
  const reply = all.find(({ event_name }) => event_name === 'fin_replied')
  assert.deepEqual(
    chunks.map(({ chunk_index, chunk_text }) => [chunk_index, chunk_text]),
    [
      [0, 'We refund an order within 30 days.'],
      [1, 'We refund an order within 30 days. The amount returns to the card that paid.'],
    ],
  )
  assert.deepEqual(new Set([...chunks, reply].map(({ stream_id }) => stream_id)).size, 1)
  assert.equal(all.at(-1).status, 'awaiting_user_reply')
})

test('a process that is killed while it thinks loses the answer; the next one gives it, once', async () => {
  const { conversation_id } = await start()
  await assert.rejects(
    Promise.resolve().then(async () => {
      const broken = {
        ...streaming.context,
        sql: new Proxy(t.database.sql, { get: (sql, key) => (key === 'begin' ? killed : Reflect.get(sql, key)) }),
      }
      const { think } = await import('./think.ts')
      await think(broken as typeof streaming.context, { workspace_id: t.workspace.id, conversation_id })
    }),
    /killed/,
  )
  assert.deepEqual(await told(conversation_id), [])
  server.answer = endless
  await streaming.think(conversation_id)
  await think(conversation_id)
  assert.deepEqual(await told(conversation_id), ['fin_replied replying', 'fin_status_updated awaiting_user_reply'])
})
const killed = () => Promise.reject(new Error('killed'))

test('a request asks a worker for the answer', async () => {
  startJobs(t.database.sql)
  const { conversation_id } = await start()
  await eventually(
    () => told(conversation_id),
    (all) => all.length === 2,
  )
})

test('thanks resolve a session, which asks for a rating; the rating has rules and errors of its own', async () => {
  const { conversation_id } = await start()
  await think(conversation_id)
  const rate = (body: object) => t.call('POST /fin/csat', { conversation_id, ...body })
  const refusals = async (body: object) => (await rate(body)).body.errors
  assert.deepEqual(await refusals({ rating: 'good' }), { base: 'No rating survey found for this conversation' })
  await talk('/fin/reply', { conversation_id, message: message('Thanks, but how do I pay?') })
  assert.ok(!(await told(conversation_id)).includes('fin_status_updated resolved'))
  const other = await start()
  await think(other.conversation_id)
  const { body } = await talk('/fin/reply', {
    conversation_id: other.conversation_id,
    message: message('Great, thanks!'),
  })
  assert.deepEqual((await told(other.conversation_id)).slice(2), [
    ...['fin_replied replying', 'fin_status_updated resolved', 'fin_status_updated complete', 'csat_requested'],
  ])
  const { events: streamed } = await read(body.sse_subscription_url)
  assert.equal(streamed.at(-1).event_name, 'csat_requested', 'complete did not end the stream')
  assert.deepEqual(
    streamed.at(-1).csat.options.map(({ key }: { key: string }) => key),
    ['terrible', 'bad', 'ok', 'good', 'amazing'],
  )
  const its = { conversation_id: other.conversation_id }
  assert.deepEqual(await refusals({ ...its, rating: 'superb' }), { rating: "Rating isn't an option" })
  assert.deepEqual(await refusals({ ...its }), { rating: "Rating isn't an option" })
  assert.deepEqual(await refusals({ conversation_id: 'unknown', rating: 'good' }), {
    external_conversation_id: 'Conversation not found for the given external_conversation_id',
  })
  const rated = await rate({ ...its, rating: 'good' })
  assert.deepEqual([rated.status, rated.body], [200, { ...its, rating: 'good', status: 'rated' }])
  assert.equal((await rate({ ...its, rating: 'good' })).status, 200)
  assert.equal((await rate({ ...its, rating: 'amazing', remark: 'Quick' })).body.rating, 'amazing')
  assert.equal((await rate({ ...its, rating: 'amazing' })).status, 200)
  assert.match((await refusals({ ...its, rating: 'bad' })).base, /a remark has already been submitted/)
  await t.database.sql`
    update fin_sessions set remark = null, rating_asked_at = now() - interval '2 days' where conversation_id = ${its.conversation_id}`
  assert.match((await refusals({ ...its, rating: 'bad' })).base, /window for this conversation has closed/)
})

test('a callback is refused unless it answers a HEAD request, and is signed', async () => {
  const settings = (callback_url: unknown) => t.call('PUT /extensions/fin/settings', { callback_url })
  for (const url of ['ftp://x.example', 'no url', 'http://user:pass@x.example/', 'http://127.0.0.1:1/'])
    assert.equal((await settings(url)).status, 400, url)
  const endpoint = await webhookReceiver()
  const saved = await settings(endpoint.url)
  assert.equal(saved.status, 200, saved.text)
  const { secret } = saved.body
  assert.equal((await t.call('GET /extensions/fin/settings')).body.secret, undefined)
  assert.deepEqual((await t.call('GET /extensions/webhook_subscriptions')).body.data, [])

  const stop = sendWebhooks({ sql: t.database.sql, secret: SECRET, egress: NEARBY, log: t.app.log })
  let failures = 2
  endpoint.answer = (response) => void response.writeHead(failures-- > 0 ? 500 : 200).end()
  const { conversation_id } = await start()
  await think(conversation_id)
  await eventually(
    async () => endpoint.got.length,
    (got) => got >= 1,
  )
  await t.database.sql`update webhook_notifications set due_at = now() where status = 'pending'`
  await eventually(
    async () => {
      await t.database
        .sql`update webhook_notifications set due_at = now() where status = 'pending' and error is not null`
      return t.database.sql`select from webhook_notifications where status = 'delivered'`
    },
    (rows) => rows.length === 2,
  )
  await stop()
  const { text, headers, body } = endpoint.got[0]!
  assert.deepEqual(body, (await events(conversation_id))[0])
  const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`
  assert.equal(headers['x-fin-agent-api-webhook-signature'], signature)
  const names = endpoint.got.map(({ body }) => body.event_name)
  assert.equal(names.at(-1), 'fin_status_updated', 'in order')
  assert.equal((await settings(null)).body.callback_url, null)
})
