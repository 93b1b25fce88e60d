// POST /conversations/redact: sad paths first, then where the text was stored.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { accountsOf } from '#channels/accounts.ts'
import type { Account } from '#channels/channel.ts'
import { listInAppSince } from '#delivery/in-app.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { sendWebhooks } from '#resources/webhooks/send/work.ts'
import { NEARBY, SECRET, testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, aSession, eventually } from '../../../../test/factories.ts'
import { postMail } from '../../../../test/mail.ts'
import { conversationEvents } from '../topics.ts'

const t = await testApp()
const { sql } = t.database
const { call, workspace } = t
const { admin_id } = t.created
const joe = await aContact(workspace, { name: 'Joe', email: 'joe@example.com', external_id: 'joe' })
await sql`
  update workspaces set listened_topics = ${Object.keys(conversationEvents.topics)} where id = ${workspace.id}`

const REDACTED = '<p><i>This message was deleted</i></p>'
const NOT_FOUND = [
  { code: 'conversation_part_or_message_not_found', message: 'Conversation part or message not found' },
]
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let said = 0
/** A text that is nowhere else in the database. */
const secret = () => `topsecret${++said}word`
const file = (text: string) => ({
  name: `${text}.txt`,
  content_type: 'text/plain',
  data: Buffer.from(text).toString('base64'),
})

const begin = async (body: string, more: object = {}): Promise<{ id: string; conversation_id: string }> =>
  (await call('POST /conversations', { from: { type: 'user', id: joe }, body, ...more })).body
const reply = async (id: string, more: object = {}) => {
  const body = { message_type: 'comment', type: 'admin', admin_id, body: 'Hello', ...more }
  const answer = await call(`POST /conversations/${id}/reply`, body)
  return answer.body.conversation_parts.conversation_parts[0]
}
const byJoe = { type: 'user', intercom_user_id: joe, admin_id: undefined }
const redact = (body: object) => call('POST /conversations/redact', body)
const redactPart = (conversation_id: string, conversation_part_id: string) =>
  redact({ type: 'conversation_part', conversation_id, conversation_part_id })
const redactSource = (conversation_id: string, source_id: string) =>
  redact({ type: 'source', conversation_id, source_id })
const show = async (id: string) => (await call(`GET /conversations/${id}`)).body

const tables = (
  await sql<{ name: string }[]>`
  select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
).map(({ name }) => name)

/** Returns the tables that have the text in some row. */
async function whereIs(text: string): Promise<string[]> {
  const found: string[] = []
  for (const name of tables) {
    const { count } = await sql`select from ${sql(name)} one where one::text ilike ${`%${text}%`}`
    if (count) found.push(name)
  }
  return found
}

test('without a token nothing is redacted', async () => {
  const { conversation_id, id } = await begin('Hello')
  const body = { type: 'source', conversation_id, source_id: id }
  assert.equal((await call('POST /conversations/redact', body, { token: null })).status, 401)
  assert.equal((await show(conversation_id)).source.redacted, false)
})

test('a wrong request is a 400 that names the field', async () => {
  const { conversation_id } = await begin('Hello')
  const wrong: [object, RegExp][] = [
    [{}, /type/],
    [{ type: 'conversation', conversation_id }, /type/],
    [{ type: 'source' }, /conversation_id/],
    [{ type: 'source', conversation_id }, /source_id/],
    [{ type: 'conversation_part', conversation_id }, /conversation_part_id/],
    [{ type: 'conversation_part', conversation_id, source_id: '1' }, /conversation_part_id/],
    [{ type: 'source', conversation_id: {}, source_id: '1' }, /conversation_id/],
  ]
  for (const [body, named] of wrong) {
    const answer = await redact(body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(answer.body.errors[0].message, named)
  }
})

test('what is not there, or is of another conversation or workspace, is a 404', async () => {
  const { conversation_id, id } = await begin('Hello')
  const other = await begin('Other')
  const part = await reply(other.conversation_id)
  const theirs = await t.another()
  const ann = await aContact(theirs.workspace)
  const { body: started } = await theirs.call('POST /conversations', { from: { type: 'user', id: ann }, body: 'x' })
  for (const answer of [
    await redactPart(conversation_id, part.id),
    await redactPart(conversation_id, '999999'),
    await redactPart(conversation_id, 'nonsense'),
    await redactPart('999999', part.id),
    await redactSource(conversation_id, other.id),
    await redactSource(conversation_id, 'nonsense'),
    await redactSource(other.conversation_id, id),
    await redactSource('nonsense', id),
    await redactSource(started.conversation_id, started.id),
  ])
    assert.deepEqual([answer.status, answer.body.errors], [404, NOT_FOUND])
})

test('an action without a text, and an admin’s first message, cannot be redacted', async () => {
  const { conversation_id } = await begin('Hello')
  const { body: closed } = await call(`POST /conversations/${conversation_id}/parts`, {
    message_type: 'close',
    type: 'admin',
    admin_id,
  })
  const close = closed.conversation_parts.conversation_parts[0]
  const { body: message } = await call('POST /messages', {
    message_type: 'in_app',
    body: 'Welcome',
    from: { type: 'admin', id: admin_id },
    to: { type: 'user', id: joe },
    create_conversation_without_contact_reply: true,
  })
  for (const answer of [
    await redactPart(conversation_id, close.id),
    await redactSource(message.conversation_id, message.id),
  ])
    assert.deepEqual([answer.status, answer.body.errors[0].code], [422, 'conversation_part_not_redactable'])
  assert.equal((await show(message.conversation_id)).source.body, '<p>Welcome</p>')
})

test('a part is gone from the answer, the database, the snapshots and the file storage', async () => {
  const text = secret()
  const { conversation_id } = await begin('Hello')
  const before = await reply(conversation_id, {
    body: `<p>${text} <img src="data:image/png;base64,${PNG}"></p>`,
    attachment_files: [file(text)],
  })
  const other = await reply(conversation_id, { ...byJoe, body: 'Thanks' })
  const keys = (
    await sql<{ key: string }[]>`select key from attachments where created_at > now() - interval '1 hour'`
  ).map(({ key }) => key)
  assert.equal(keys.length, 2)
  assert.ok((await whereIs(text)).includes('events'))
  const { status, body } = await redactPart(conversation_id, before.id)
  assert.equal(status, 200)
  const [part, ...more] = body.conversation_parts.conversation_parts
  assert.deepEqual(more, [])
  assert.deepEqual(part, { ...before, body: REDACTED, attachments: [], redacted: true, updated_at: part.updated_at })
  assert.ok(part.updated_at >= before.updated_at && body.updated_at >= before.updated_at)
  assert.deepEqual(await whereIs(text), [])
  assert.ok((await t.files.removeUnclaimed()) >= 2)
  for (const key of keys) assert.equal(await t.files.read(key), undefined)
  assert.deepEqual((await topicsOf(workspace, conversation_id)).slice(-1), ['conversation_part.redacted'])
  const [event] = await sql`
    select details, snapshot from events where object_id = ${conversation_id} and topic = 'conversation_part.redacted'`
  assert.deepEqual(event?.['details'], { part_id: before.id })
  assert.equal(event?.['snapshot'].conversation_parts.conversation_parts[0].body, REDACTED)
  const shown = await show(conversation_id)
  assert.deepEqual(
    shown.conversation_parts.conversation_parts.map((one: { id: string; redacted: boolean }) => [one.id, one.redacted]),
    [
      [before.id, true],
      [other.id, false],
    ],
  )
  assert.equal(shown.source.redacted, false)
})

test('redacting again changes nothing, and is no event', async () => {
  const { conversation_id, id } = await begin('Hello')
  const part = await reply(conversation_id)
  const first = await redactPart(conversation_id, part.id)
  const second = await redactPart(conversation_id, part.id)
  assert.deepEqual([second.status, second.body], [200, first.body])
  await redactSource(conversation_id, id)
  assert.equal((await redactSource(conversation_id, id)).status, 200)
  const topics = await topicsOf(workspace, conversation_id)
  assert.equal(topics.filter((topic) => topic === 'conversation_part.redacted').length, 2)
})

test('a note, a part with only files, and the text of a close can be redacted', async () => {
  const { conversation_id } = await begin('Hello')
  const note = await reply(conversation_id, { message_type: 'note', body: secret() })
  const photo = await reply(conversation_id, { body: undefined, attachment_files: [file(secret())] })
  const close = await reply(conversation_id, { message_type: 'close', body: secret() })
  for (const { id } of [note, photo, close]) {
    const { status, body } = await redactPart(conversation_id, id)
    assert.equal(status, 200)
    assert.equal(body.conversation_parts.conversation_parts[0].body, REDACTED)
  }
  for (let n = 0; n < 3; n++) assert.deepEqual(await whereIs(`topsecret${said - n}word`), [])
})

test('the first message of a contact is gone everywhere too, and a search no longer finds it', async () => {
  const text = secret()
  const { conversation_id, id } = await begin(`Hello ${text}`, {
    attachment_urls: [`https://files.example/${text}.png`],
  })
  await reply(conversation_id, { body: 'Yes?' })
  const found = async () => {
    const query = { field: 'source.body', operator: '=', value: text }
    return (await call('POST /conversations/search', { query })).body.total_count
  }
  assert.equal(await found(), 1)
  const { status, body } = await redactSource(conversation_id, id)
  assert.equal(status, 200)
  assert.deepEqual(
    [body.source.body, body.source.redacted, body.source.attachments, body.conversation_parts.total_count],
    [REDACTED, true, [], 0],
  )
  assert.deepEqual(await whereIs(text), [])
  assert.equal(await found(), 0)
  const listed = (await call('GET /conversations?per_page=150')).body.conversations
  assert.equal(listed.find((one: { id: string }) => one.id === conversation_id).source.body, REDACTED)
})

test('a file that another part shows stays', async () => {
  const { conversation_id } = await begin('Hello')
  const first = await reply(conversation_id, { attachment_files: [file('shared')] })
  await sql`
    update conversation_parts set attachments = (select attachments from conversation_parts where id = ${first.id})
    where id = ${(await reply(conversation_id)).id}`
  await redactPart(conversation_id, first.id)
  assert.equal((await sql`select from attachments where name = 'shared.txt'`).count, 1)
  const { conversation_parts } = (await show(conversation_id)).conversation_parts
  assert.equal(conversation_parts[1].attachments[0].name, 'shared.txt')
})

test('what was kept of a received mail goes with it, and it cannot be read again', async () => {
  const text = secret()
  const raw = Buffer.concat([
    Buffer.from('From: joe@example.com\r\nMessage-ID: <doubt@example.org>\r\nSubject: Hi\r\n\r\n'),
    iconv.encode(`Zażółć ${text}`, 'iso-8859-2'),
  ])
  const { body: received } = await postMail(call, raw)
  const { source } = await show(received.conversation_id)
  assert.ok((await whereIs(text)).includes('inbound_messages'))
  const { status, body } = await redactSource(received.conversation_id, source.id)
  assert.equal(status, 200)
  assert.deepEqual([body.source.body, body.source.subject], [REDACTED, '<p>Hi</p>'])
  assert.deepEqual(await whereIs(text), [])
  assert.equal((await call('GET /extensions/inbound?state=doubtful')).body.total_count, 0)
})

test('what still waits to be sent is not sent, also not if it is retried', async (context) => {
  const { conversation_id } = await begin('Hello')
  await sql`update conversations set source_type = 'email' where id = ${conversation_id}`
  const text = secret()
  const part = await reply(conversation_id, { body: text })
  await redactPart(conversation_id, part.id)
  const delivery = async () => {
    const [row] = await sql`select * from deliveries where part_id = ${part.id}`
    return [row?.['status'], row?.['error_code'], row?.['error_reason']]
  }
  assert.deepEqual(await delivery(), ['failed', 'redacted', 'The message was redacted before it was sent'])
  const [row] = await sql`select id from deliveries where part_id = ${part.id}`
  assert.equal((await call(`POST /extensions/deliveries/${row?.['id']}/retry`)).status, 200)
  await captureAll(sql, context)
  assert.deepEqual(await eventually(delivery, ([status]) => status === 'failed'), [
    'failed',
    'redacted',
    'The message was redacted',
  ])
  const sent = await reply(conversation_id, { body: secret() })
  const captured = () => sql`
    select from captured_messages where delivery_id in (select id from deliveries where part_id = ${sent.id})`
  await eventually(captured, ({ count }) => count === 1)
  await redactPart(conversation_id, sent.id)
  assert.equal((await captured()).count, 0)
})

test('an answer that the worker holds until its account has a slot is not sent', async (context) => {
  const sent: (string | null)[] = []
  let release = () => {}
  const slow: Account = {
    concurrency: 1,
    close: async () => {},
    send: async ({ body }) => {
      sent.push(body)
      await new Promise<void>((resolve) => (release = resolve))
      return { outcome: 'sent', provider_id: `x${sent.length}` }
    },
  }
  const { conversation_id } = await begin('Hello')
  await sql`update conversations set source_type = 'email' where id = ${conversation_id}`
  const bodies = ['One', secret(), 'Three']
  const parts: { id: string }[] = []
  for (const body of bodies) parts.push(await reply(conversation_id, { body }))
  const accounts = accountsOf([{ workspace_id: workspace.id, channel: 'email', account: slow }], slow)
  const log = { error() {}, warn() {}, info() {} }
  const worker = await startWorker({ sql, recipients: contactRecords, accounts, log })
  context.after(worker.stop)
  await eventually(
    async () => sent,
    ({ length }) => length === 1,
  )
  await redactPart(conversation_id, parts[1]?.id ?? '')
  await new Promise((resolve) => setTimeout(resolve, 110))
  release()
  await eventually(
    async () => sent,
    ({ length }) => length === 2,
  )
  release()
  assert.deepEqual(sent, ['<p>One</p>', '<p>Three</p>'])
})

test('what webhooks have sent, or will send, has no text either, in plain text and in HTML', async (context) => {
  const stop = sendWebhooks({ sql, secret: SECRET, egress: NEARBY, log: { warn() {} } as never })
  context.after(stop)
  const topics = ['conversation.admin.replied', 'conversation.user.created', 'conversation.contact.attached']
  const PATH = '/extensions/webhook_subscriptions'
  const subscriptions: string[] = []
  for (const version of ['Preview', '2.14'])
    subscriptions.push((await call(`POST ${PATH}`, { url: null, topics, version })).body.id)
  const [first, second] = [secret(), secret()]
  const { conversation_id, id } = await begin(first)
  const part = await reply(conversation_id, { body: second })
  const itemsOf = async (subscription: string) =>
    (
      await sql`
      select item from webhook_notifications
      where subscription_id = ${subscription} and object_id = ${conversation_id} order by id`
    ).map(({ item }) => item)
  for (const subscription of subscriptions)
    await eventually(
      () => itemsOf(subscription),
      ({ length }) => length === 2,
    )
  await redactPart(conversation_id, part.id)
  assert.deepEqual([await whereIs(second), (await whereIs(first)).length > 1], [[], true])
  await redactSource(conversation_id, id)
  assert.deepEqual(await whereIs(first), [])
  for (const [n, body] of ['This message was deleted', REDACTED].entries()) {
    const [started, replied] = await itemsOf(subscriptions[n] as string)
    assert.deepEqual(
      [started.source.body, replied.source.body, replied.conversation_parts.conversation_parts[0].body],
      [body, body, body],
    )
  }
  await sql`delete from webhook_subscriptions`
})

test('a messenger shows nothing of it, and counts it no more as unread', async (context) => {
  const token = await aSession(workspace, SECRET, joe)
  const asJoe = async (route: string) => {
    const [method, path] = route.split(' ')
    return (await call(`${method} /extensions/messenger${path}`, undefined, { token })).body
  }
  const stop = await captureAll(sql, context)
  const { conversation_id, id } = await begin(secret())
  const first = await reply(conversation_id, { body: 'One' })
  const second = await reply(conversation_id, { body: secret() })
  await eventually(
    () => sql`select from deliveries where part_id = any(${[first.id, second.id]}::bigint[]) and status = 'sent'`,
    ({ count }) => count === 2,
  )
  await stop()
  const unread = async () => (await asJoe(`GET /conversations/${conversation_id}`)).unread_count
  assert.equal((await asJoe('GET /conversations')).unread_count > 1, true)
  assert.equal(await unread(), 2)
  await redactPart(conversation_id, second.id)
  await redactSource(conversation_id, id)
  assert.equal(await unread(), 1)
  const shown = await asJoe(`GET /conversations/${conversation_id}`)
  assert.deepEqual(
    shown.parts.map(({ body }: { body: string }) => body),
    [REDACTED, '<p>One</p>'],
  )
  const streamed = await listInAppSince(sql, [{ workspace_id: workspace.id, contact_id: joe, since: 0 }], 100)
  assert.deepEqual(
    streamed.filter((one) => one.conversation_id === conversation_id).map(({ body }) => body),
    ['<p>One</p>'],
  )
})

test('the activity log says who redacted, and nothing of the text', async () => {
  const { conversation_id } = await begin('Hello')
  const { id } = await reply(conversation_id)
  await redactPart(conversation_id, id)
  const [entry] = await sql`select * from activity_logs order by id desc limit 1`
  assert.equal(entry?.['activity_type'], 'conversation_part_deletion')
  assert.deepEqual(entry?.['metadata'], { conversation_id, conversation_part_id: id })
})

test('a reply at the same moment is kept, and so is the redaction', async () => {
  const { conversation_id, id } = await begin('Hello')
  const part = await reply(conversation_id)
  await Promise.all([
    redactPart(conversation_id, part.id),
    redactSource(conversation_id, id),
    reply(conversation_id, { body: 'At once' }),
  ])
  const shown = await show(conversation_id)
  assert.equal(shown.source.redacted, true)
  assert.deepEqual(
    shown.conversation_parts.conversation_parts.map(({ body }: { body: string }) => body),
    [REDACTED, '<p>At once</p>'],
  )
})

test('the remark of a rating is gone with its part, and the rating stays', async () => {
  const text = secret()
  const { conversation_id } = await begin('Hello')
  await call(`POST /extensions/conversations/${conversation_id}/rating_request`, {})
  const token = await aSession(workspace, SECRET, joe)
  const rated = await call(
    `POST /extensions/messenger/conversations/${conversation_id}/rating`,
    { rating: 2, remark: `It was ${text}` },
    { token },
  )
  assert.equal(rated.status, 200)
  const parts: { id: string; part_type: string }[] = (await show(conversation_id)).conversation_parts.conversation_parts
  const remark = parts.find(({ part_type }) => part_type === 'conversation_rating_remark_added')
  assert.equal((await redactPart(conversation_id, remark!.id)).status, 200)
  assert.deepEqual(await whereIs(text), [])
  const { conversation_rating } = await show(conversation_id)
  assert.deepEqual([conversation_rating.rating, conversation_rating.remark], [2, 'This message was deleted'])
})
