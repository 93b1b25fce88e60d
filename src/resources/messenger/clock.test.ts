// Messengers use the workspace's clock, and security uses the server's. Also: the sandbox sets statuses of in-app
// messages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { aMessage, eventually } from '../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
await captureAll(sql, { after: (stop) => t.app.addHook('onClose', stop) })
const app_id = t.created.id
const YEAR = 365 * 24 * 60 * 60

const signIn = async (body: object) =>
  (await t.call('POST /extensions/messenger/sessions', { app_id, ...body }, { token: null })).body
const as = (token: string, route: string, body?: object) =>
  t.call(route.replace(' ', ' /extensions/messenger'), body, { token })
const clock = (request: object) => t.call('POST /extensions/sandbox/clock', request)
const seconds = () => Math.floor(Date.now() / 1000)
const deliveryOf = async (message_id: string) =>
  (await t.call(`GET /extensions/messages/${message_id}/deliveries`)).body.data[0]
const becomes = (message_id: string, wanted: string) =>
  eventually(
    async () => (await deliveryOf(message_id)).status,
    (status) => status === wanted,
  )

test('moving the clock of a workspace does not end or extend a session', async () => {
  const { token, expires_at } = await signIn({ user_id: 'leaps' })
  for (const leap of [{ advance_seconds: 2 * YEAR }, { freeze_at: 0 }, { reset: true }]) {
    await clock(leap)
    assert.equal((await as(token, 'GET /conversations')).status, 200, JSON.stringify(leap))
    const again = await signIn({ user_id: 'leaps' })
    assert.ok(Math.abs(again.expires_at - expires_at) < 60)
  }
})

test('a JWT expires by real time', async () => {
  const { body: made } = await t.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
  const jwt = (exp: number) =>
    new SignJWT({ user_id: 'j', exp }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(made.secret))
  await clock({ advance_seconds: YEAR })
  assert.ok((await signIn({ intercom_user_jwt: await jwt(seconds() + 60) })).token)
  await clock({ freeze_at: seconds() - YEAR })
  const over = await signIn({ intercom_user_jwt: await jwt(seconds() - 120) })
  assert.equal(over.errors[0].message, 'intercom_user_jwt has expired')
  await clock({ reset: true })
  await t.call(`DELETE /secure_mode_secrets/${made.id}`)
})

test('the actions of a contact have the time of the sandbox clock', async () => {
  const { token, contact } = await signIn({ user_id: 'frozen' })
  const seen = async () => (await t.call(`GET /contacts/${contact.id}`)).body.last_seen_at as number
  const at = 1_700_000_000
  await clock({ freeze_at: at })
  const { body } = await as(token, 'POST /conversations', { body: 'Hello' })
  assert.deepEqual([body.created_at, await seen()], [at, at])
  const message_id = await aMessage(t.workspace, { to: contact.id, message_type: 'inapp' })
  await becomes(message_id, 'sent')
  await clock({ advance_seconds: 100 })
  await as(token, 'GET /conversations')
  const [report] = await sql<{ at: Date }[]>`
    select history.at from delivery_history history join deliveries on deliveries.id = delivery_id
    where message_id = ${message_id} and event = 'report'`
  assert.equal(report!.at.getTime() / 1000, at + 100)
  assert.equal(await seen(), at + 100)
  await clock({ reset: true })
  await as(token, 'GET /conversations')
  assert.ok(Math.abs((await seen()) - seconds()) < 5, 'and back')
})

test('a test without a messenger can set the status of an in-app message, and reply to it', async () => {
  const { contact } = await signIn({ user_id: 'said' })
  const message_id = await aMessage(t.workspace, { to: contact.id, message_type: 'inapp', body: '<p>Look</p>' })
  await becomes(message_id, 'sent')
  const say = async (status: string) => (await t.call('POST /extensions/sandbox/statuses', { message_id, status })).body
  assert.deepEqual([(await say('read')).moved, (await say('delivered')).moved], [true, false])
  assert.equal((await deliveryOf(message_id)).status, 'read')
  const { body } = await t.call('POST /extensions/sandbox/replies', { to_message: message_id, body: 'Seen' })
  assert.deepEqual([body.outcome, body.channel, body.contact_id], ['replied', 'inapp', contact.id])
  const { body: captured } = await t.call('GET /extensions/sandbox/messages')
  assert.ok(JSON.stringify(captured).includes('<p>Look</p>'))
})

test('a failed in-app message is hidden from messengers until a later status corrects it', async () => {
  const { token, contact } = await signIn({ user_id: 'failed' })
  const message_id = await aMessage(t.workspace, { to: contact.id, message_type: 'inapp' })
  await becomes(message_id, 'sent')
  await t.call('POST /extensions/sandbox/statuses', { message_id, status: 'failed', code: 'x' })
  assert.equal((await as(token, 'GET /conversations')).body.total_count, 0)
  assert.equal((await deliveryOf(message_id)).status, 'failed')
})

test('messages up to the last event that a messenger names are delivered, later ones are not, and failed ones stay failed', async () => {
  const { token, contact } = await signIn({ user_id: 'got' })
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.push(await aMessage(t.workspace, { to: contact.id, message_type: 'inapp' }))
  for (const id of ids) await becomes(id, 'sent')
  await as(token, 'GET /conversations')
  const places = await sql<{ position: string }[]>`
    select position from deliveries where contact_id = ${contact.id} order by position`
  await sql`update deliveries set status = 'sent' where contact_id = ${contact.id}` // As if the process that sent them had died.
  await sql`update deliveries set status = 'failed' where message_id = ${ids[0]!}`
  const { stream } = await t.app
    .inject({
      url: '/extensions/messenger/stream',
      headers: { authorization: `Bearer ${token}`, 'last-event-id': places[1]!.position },
      payloadAsStream: true,
    })
    .then((answer) => ({ stream: answer.stream() }))
  await eventually(
    async () => Promise.all(ids.map(async (id) => (await deliveryOf(id)).status)),
    ([first, second]) => first === 'failed' && second === 'delivered',
  )
  stream.destroy()
})

test('the session of a contact that was merged into another is over', async () => {
  const [gone, into] = [await signIn({ user_id: 'gone' }), await signIn({ user_id: 'into' })]
  await sql`update contacts set merged_into = ${into.contact.id} where id = ${gone.contact.id}`
  assert.equal((await as(gone.token, 'GET /conversations')).status, 401)
  assert.equal((await as(gone.token, 'POST /conversations', { body: 'x' })).status, 401)
  assert.equal((await as(gone.token, 'GET /stream')).status, 401)
})

test('messages have files in both directions, under links that need no session', async () => {
  const { token, contact } = await signIn({ user_id: 'files' })
  const file = (name: string, text: string) => ({
    name,
    content_type: 'text/plain',
    data: Buffer.from(text).toString('base64'),
  })
  const { body: started } = await as(token, 'POST /conversations', {
    attachment_files: [file('a.txt', 'from the contact')],
  })
  const answer = { message_type: 'comment', type: 'admin', admin_id: t.created.admin_id, body: 'Here' }
  await t.call(`POST /conversations/${started.id}/reply`, {
    ...answer,
    attachment_files: [file('b.txt', 'from the team')],
  })
  const { body: shown } = await as(token, `GET /conversations/${started.id}`)
  const texts: string[] = []
  for (const { attachments } of shown.parts) {
    const { pathname } = new URL(attachments[0].url, 'http://here')
    texts.push((await t.call(`GET ${pathname}`, undefined, { token: null })).text)
  }
  assert.deepEqual(texts, ['from the contact', 'from the team'])
  assert.equal(shown.parts[1].attachments[0].name, 'b.txt')
  const { body: conversation } = await t.call(`GET /conversations/${started.id}`)
  assert.equal(conversation.source.attachments[0].name, 'a.txt')
  assert.ok(contact)
})

test('no script reaches a messenger, from any author', async () => {
  const { token, contact } = await signIn({ user_id: 'scripts' })
  const hurtful = '<img src=x onerror=alert(1)><script>alert(1)</script><a href="javascript:alert(1)">x</a>'
  const from = { type: 'admin', id: t.created.admin_id }
  const sent = await t.call('POST /messages', {
    ...{ message_type: 'in_app', body: hurtful, from, to: { type: 'user', id: contact.id } },
  })
  assert.equal(sent.status, 200, sent.text)
  await becomes(sent.body.id, 'sent')
  await as(token, 'POST /conversations', { body: hurtful })
  const { text } = await as(token, 'GET /conversations')
  assert.doesNotMatch(text, /<script|<img[^>]*onerror|href=\\"javascript/i)
})

test('pages of any origin may send requests, also with the headers of a messenger', async () => {
  const { token } = await signIn({ user_id: 'cors' })
  const paths = ['sessions', 'conversations', 'conversations/1/replies', 'conversations/1/read', 'stream']
  for (const path of paths) {
    const answer = await t.app.inject({
      method: 'OPTIONS',
      url: `/extensions/messenger/${path}`,
      headers: {
        origin: 'https://shop.example.com',
        'access-control-request-method': path === 'stream' ? 'GET' : 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key,last-event-id',
      },
    })
    assert.equal(answer.statusCode, 204, path)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.match(String(answer.headers['access-control-allow-headers']), /authorization.*last-event-id/)
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
  }
  const { headers } = await as(token, 'GET /conversations')
  assert.equal(headers['access-control-allow-origin'], '*')
})
