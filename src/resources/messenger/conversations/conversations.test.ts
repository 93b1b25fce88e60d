// What a contact sees and writes in a messenger: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, aMessage, eventually } from '../../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
await captureAll(sql, { after: (stop) => t.app.addHook('onClose', stop) })
const { admin_id } = t.created

/** A contact in a messenger: the contact's id, and a function for calls with the session. */
async function somebody(user_id: string, contact: Record<string, unknown> = {}) {
  const id = await aContact(t.workspace, { external_id: user_id, ...contact })
  const { body } = await t.call(
    'POST /extensions/messenger/sessions',
    { app_id: t.created.id, user_id },
    { token: null },
  )
  const token: string = body.token
  const call = (route: string, body?: unknown, headers = {}) => {
    const [method, path] = route.split(' ')
    return t.call(`${method} /extensions/messenger${path}`, body, { token, headers })
  }
  return { id, token, call }
}

const statusOf = async (message_id: string): Promise<string> =>
  (await t.call(`GET /extensions/messages/${message_id}/deliveries`)).body.data[0].status
const sent = (message_id: string) =>
  eventually(
    () => statusOf(message_id),
    (status) => status === 'sent',
  )
const reply = (conversation_id: string, body: object) =>
  t.call(`POST /conversations/${conversation_id}/reply`, { type: 'admin', admin_id, message_type: 'comment', ...body })
const unreadIn = async (call: Awaited<ReturnType<typeof somebody>>['call']) =>
  (await call('GET /conversations')).body.unread_count
const delivered = (conversation_id: string) =>
  eventually(
    () => sql`select from deliveries where conversation_id = ${conversation_id} and status = 'queued'`,
    ({ count }) => count === 0,
  )

/** Message ids are not conversation ids. */
const ofConversation = async (id: string) =>
  (await topicsOf(t.workspace, id)).filter((topic) => topic.startsWith('conversation'))

const anna = await somebody('anna', { name: 'Anna' })
const ben = await somebody('ben')

test('without a session a messenger can read and write nothing', async () => {
  const routes = ['GET /conversations', 'POST /conversations', 'GET /conversations/1', 'GET /stream']
  for (const route of [...routes, 'POST /conversations/1/replies', 'POST /conversations/1/read']) {
    const [method, path] = route.split(' ')
    for (const token of [null, t.created.token]) {
      const body = method === 'POST' ? { body: 'x' } : undefined
      const answer = await t.call(`${method} /extensions/messenger${path}`, body, { token })
      assert.equal(answer.status, 401, route)
      assert.equal(answer.body.errors[0].code, 'unauthorized')
    }
  }
})

test('the conversations and messages of another contact are not found', async () => {
  const { body: theirs } = await ben.call('POST /conversations', { body: 'Mine' })
  const message_id = await aMessage(t.workspace, { to: ben.id, message_type: 'inapp' })
  await sent(message_id)
  const [waiting] = await sql`select conversation_id from deliveries where message_id = ${message_id}`
  for (const id of [theirs.id, waiting!['conversation_id'], '999999', 'x']) {
    for (const route of [
      `GET /conversations/${id}`,
      `POST /conversations/${id}/replies`,
      `POST /conversations/${id}/read`,
    ]) {
      const { status, body } = await anna.call(route, route.startsWith('POST') ? { body: 'x' } : undefined)
      assert.equal(status, 404, route)
      assert.deepEqual(body.errors, [{ code: 'not_found', message: 'Conversation not found' }])
    }
  }
  assert.equal((await anna.call('GET /conversations')).body.total_count, 0)
  assert.equal(await statusOf(message_id), 'sent')
})

test('an empty message, or a quick reply that was not offered, is refused', async () => {
  const { body } = await anna.call('POST /conversations', { body: 'Hello' })
  for (const said of [{}, { body: ' ' }, { body: null }, { attachment_urls: [] }]) {
    for (const route of ['POST /conversations', `POST /conversations/${body.id}/replies`]) {
      const answer = await anna.call(route, said)
      assert.equal(answer.status, 400)
      assert.equal(answer.body.errors[0].message, 'Body is required')
    }
  }
  const { status, body: answer } = await anna.call(`POST /conversations/${body.id}/replies`, { quick_reply_uuid: 'x' })
  assert.equal(status, 400)
  assert.match(answer.errors[0].message, /^quick_reply_uuid/)
  assert.equal((await anna.call('POST /conversations', { body: 'x'.repeat(250_001) })).status, 400)
  assert.equal((await anna.call('POST /conversations')).status, 400)
  assert.equal((await anna.call('GET /conversations?starting_after=x')).status, 400)
  await sql`delete from conversations where id = ${body.id}`
})

test('a message waits, unseen by the team, until its contact sees it, reads it and answers', async () => {
  const cara = await somebody('cara')
  const message_id = await aMessage(t.workspace, { to: cara.id, message_type: 'inapp', body: '<p>Look here</p>' })
  await sent(message_id)
  const { body: inbox } = await t.call('POST /conversations/search', {
    query: { field: 'contact_ids', operator: '=', value: cara.id },
  })
  assert.equal(inbox.total_count, 0)

  const { body: list } = await cara.call('GET /conversations')
  assert.equal(await statusOf(message_id), 'delivered')
  assert.deepEqual([list.total_count, list.unread_count], [1, 1])
  const [shown] = list.conversations
  const { created_at, updated_at, id, last_part, ...rest } = shown
  assert.deepEqual(rest, { type: 'conversation', state: 'open', title: null, unread_count: 1 })
  assert.equal(created_at, updated_at)
  assert.deepEqual(last_part, {
    type: 'conversation_part',
    id: `message-${message_id}`,
    part_type: 'message',
    body: '<p>Look here</p>',
    created_at,
    author: { type: 'admin', id: admin_id, name: 'Ada Admin', avatar: null },
    attachments: [],
  })

  const { body: read } = await cara.call(`POST /conversations/${id}/read`)
  assert.deepEqual(read, { type: 'conversation', id, unread_count: 0, total_unread_count: 0 })
  assert.equal(await statusOf(message_id), 'read')
  assert.deepEqual(await ofConversation(id), [])

  const { status, body: answered } = await cara.call(`POST /conversations/${id}/replies`, { body: 'I see <b>it</b>' })
  assert.equal(status, 200)
  assert.deepEqual(
    answered.parts.map((part: { body: string }) => part.body),
    ['<p>Look here</p>', '<p>I see &lt;b&gt;it&lt;/b&gt;</p>'],
  )
  const { body: conversation } = await t.call(`GET /conversations/${id}`)
  assert.deepEqual([conversation.source.id, conversation.source.type], [message_id, 'conversation'])
  assert.deepEqual(await ofConversation(id), ['conversation.admin.single.created', 'conversation.user.replied'])
  const again = await cara.call('GET /conversations')
  assert.deepEqual([again.body.total_count, again.body.conversations[0].id], [1, id])
})

test('an answer is unread until it is read, and its delivery has the same status', async () => {
  const { body: started } = await anna.call('POST /conversations', { body: 'Help', url: 'https://example.com/shop' })
  await reply(started.id, { body: 'Of course' })
  await reply(started.id, { body: 'Better?', skip_notifications: true })
  await delivered(started.id)
  assert.equal(await unreadIn(anna.call), 1)
  const { body: shown } = await anna.call(`GET /conversations/${started.id}`)
  assert.deepEqual(
    shown.parts.map((part: Record<string, unknown>) => [part['part_type'], part['body']]),
    [
      ['message', '<p>Help</p>'],
      ['comment', '<p>Of course</p>'],
      ['comment', '<p>Better?</p>'],
    ],
  )
  assert.equal(shown.total_count, 3)
  const history = async () =>
    (
      await sql<{ event: string; status: string }[]>`
      select event, history.status from delivery_history history
      join deliveries on deliveries.id = delivery_id where conversation_id = ${started.id} order by history.id`
    ).map(({ event, status }) => `${event} ${status}`)
  assert.deepEqual(await history(), ['attempt sent', 'report delivered'])
  await anna.call(`POST /conversations/${started.id}/read`)
  await anna.call(`POST /conversations/${started.id}/read`)
  await anna.call(`GET /conversations/${started.id}`)
  assert.deepEqual(await history(), ['attempt sent', 'report delivered', 'report read'])
  assert.deepEqual(
    (await topicsOf(t.workspace, started.id)).filter((topic) => topic === 'conversation.read'),
    ['conversation.read'],
  )
  assert.equal(await unreadIn(anna.call), 0)
  const { body: conversation } = await t.call(`GET /conversations/${started.id}`)
  assert.equal(conversation.read, false, 'that is whether the team has read it')
  assert.equal(conversation.source.url, 'https://example.com/shop')
})

test('a contact sees no notes and no internal actions of the team', async () => {
  const { body: started } = await anna.call('POST /conversations', { body: 'Anything?' })
  const { id } = started
  await reply(id, { message_type: 'note', body: 'A difficult one' })
  await t.call(`PUT /conversations/${id}`, { priority: 'high', title: 'Difficult' })
  await t.call(`POST /conversations/${id}/parts`, { message_type: 'snoozed', admin_id, snoozed_until: 4_000_000_000 })
  await t.call(`POST /conversations/${id}/parts`, { message_type: 'close', admin_id })
  assert.equal((await anna.call(`GET /conversations/${id}`)).body.parts.length, 1)
  const { body: list } = await anna.call('GET /conversations')
  const shown = list.conversations.find((one: { id: string }) => one.id === id)
  assert.equal(shown.updated_at, started.updated_at)
  assert.equal(shown.state, 'closed')

  await t.call(`POST /conversations/${id}/parts`, { message_type: 'open', admin_id })
  await t.call(`POST /conversations/${id}/parts`, { message_type: 'close', admin_id, body: 'Good night' })
  const { text, body } = await anna.call(`GET /conversations/${id}`)
  assert.deepEqual(
    body.parts.map((part: Record<string, unknown>) => [part['part_type'], part['body']]),
    [
      ['message', '<p>Anything?</p>'],
      ['comment', '<p>Good night</p>'],
    ],
  )
  assert.ok(!text.includes('@'), 'no address of anybody')
  assert.equal((await anna.call(`POST /conversations/${id}/replies`, { body: 'And you' })).body.state, 'open')
})

test('a contact picks a quick reply by its uuid', async () => {
  const { body: started } = await anna.call('POST /conversations', { body: 'Choose for me' })
  const reply_options = [
    { text: 'Tea', uuid: 'a1' },
    { text: 'Coffee', uuid: 'a2' },
  ]
  await reply(started.id, { message_type: 'quick_reply', reply_options })
  const { body: shown } = await anna.call(`GET /conversations/${started.id}`)
  assert.deepEqual(shown.parts[1].quick_reply_options, reply_options)
  assert.equal(shown.parts[1].body, null)
  const { body: picked } = await anna.call(`POST /conversations/${started.id}/replies`, { quick_reply_uuid: 'a2' })
  assert.deepEqual([picked.parts[2].body, picked.parts[2].quick_reply_uuid], ['<p>Coffee</p>', 'a2'])
  const { body: conversation } = await t.call(`GET /conversations/${started.id}`)
  assert.deepEqual(conversation.conversation_parts.conversation_parts[1].metadata, { quick_reply_uuid: 'a2' })
})

test('a message can have files and no text', async () => {
  const file = { name: 'a.txt', content_type: 'text/plain', data: Buffer.from('Hello').toString('base64') }
  const { status, body } = await anna.call('POST /conversations', { attachment_files: [file] })
  assert.equal(status, 200)
  assert.equal(body.parts[0].attachments[0].name, 'a.txt')
  const urls = { attachment_urls: ['https://example.com/b.png'] }
  const { body: answered } = await anna.call(`POST /conversations/${body.id}/replies`, urls)
  assert.equal(answered.parts[1].attachments[0].url, 'https://example.com/b.png')
})

test('a repeated request with the same Idempotency-Key is done once; keys of different contacts are independent', async () => {
  const key = { 'idempotency-key': 'k' }
  const said = { body: 'Once' }
  const [first, again] = [
    await anna.call('POST /conversations', said, key),
    await anna.call('POST /conversations', said, key),
  ]
  assert.equal(again.body.id, first.body.id)
  const { body } = await ben.call('POST /conversations', said, key)
  assert.notEqual(body.id, first.body.id)
  assert.equal(body.parts[0].author.id, ben.id)
})

test('a failed message is not there, emails are not listed, and test recipients work', async () => {
  const dora = await somebody('dora', { email: 'dora+bounced@example.com' })
  const lost = await aMessage(t.workspace, { to: dora.id, message_type: 'inapp' })
  await eventually(
    () => statusOf(lost),
    (status) => status === 'failed',
  )
  await aMessage(t.workspace, { to: dora.id, message_type: 'email' })
  assert.equal((await dora.call('GET /conversations')).body.total_count, 0)

  const real = await somebody('real', { email: 'dora+read@gmail.com' })
  const waits = await aMessage(t.workspace, { to: real.id, message_type: 'inapp' })
  await sent(waits)
  const magic = await somebody('magic', { email: 'dora+read@example.com' })
  const read = await aMessage(t.workspace, { to: magic.id, message_type: 'inapp' })
  await eventually(
    () => statusOf(read),
    (status) => status === 'read',
  )
  assert.equal(await statusOf(waits), 'sent')
})

test('conversations are listed in pages, most recently active first', async () => {
  const eve = await somebody('eve')
  const ids: string[] = []
  for (let n = 0; n < 5; n++) {
    const { body } = await eve.call('POST /conversations', { body: `Number ${n}` })
    ids.unshift(body.id)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  const found: string[] = []
  let after = ''
  do {
    const { body } = await eve.call(`GET /conversations?per_page=2${after}`)
    assert.deepEqual([body.total_count, body.pages.total_pages], [5, 3])
    found.push(...body.conversations.map(({ id }: { id: string }) => id))
    after = body.pages.next && `&starting_after=${encodeURIComponent(body.pages.next.starting_after)}`
  } while (after)
  assert.deepEqual(found, ids)
})

test('a blocked contact gets an error that says so', async () => {
  const { body } = await ben.call('GET /conversations')
  await sql`update contacts set blocked_at = now() where id = ${ben.id}`
  for (const route of ['POST /conversations', `POST /conversations/${body.conversations[0].id}/replies`])
    assert.equal((await ben.call(route, { body: 'x' })).status, 403)
  await sql`update contacts set blocked_at = null where id = ${ben.id}`
})

test('what was cut from an email is there to be shown on request, and absent in other parts', async () => {
  const { call } = await somebody('by-mail')
  const { body: started } = await call('POST /conversations', { body: 'Hello' })
  await call(`POST /conversations/${started.id}/replies`, { body: 'Plain' })
  await call(`POST /conversations/${started.id}/replies`, { body: 'By mail' })
  const history = '<blockquote>Hello</blockquote>'
  await sql`
    update conversation_parts set email_message_metadata = ${JSON.stringify({ subject: 'Re', history })}::text::jsonb
    where workspace_id = ${t.workspace.id} and conversation_id = ${started.id} and body like '%By mail%'`
  const { body } = await call(`GET /conversations/${started.id}`)
  assert.deepEqual(
    body.parts.map((part: { trimmed?: string }) => part.trimmed),
    [undefined, undefined, history],
  )
})
