// An admin's message becomes a conversation by its first reply.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMail } from '#channels/email/inbound/mail.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { testApp } from '../../../../test/app.ts'
import { aContact, aMessage } from '../../../../test/factories.ts'
import { contactReplies } from '../replies/contact.ts'
import { createFromMessage } from './from-message.ts'

const t = await testApp()
const { sql } = t.workspace
const joe = await aContact(t.workspace, { name: 'Joe', email: 'joe@example.com' })
const ann = await aContact(t.workspace, { name: 'Ann', email: 'ann@example.com', formatted_phone: '+15005550006' })
const stranger = await aContact(t.workspace, { email: 'stranger@example.com' })

const reserved = async (message_id: string, contact_id = joe): Promise<string> => {
  const [row] = await sql<{ conversation_id: string }[]>`
    select conversation_id from deliveries
    where workspace_id = ${t.workspace.id} and message_id = ${message_id} and contact_id = ${contact_id}`
  return row!.conversation_id
}

const replyTo = (conversation_id: string, contact_id = joe) =>
  t.call(`POST /conversations/${conversation_id}/reply`, {
    message_type: 'comment',
    type: 'user',
    intercom_user_id: contact_id,
    body: 'I have a question',
  })

const ids = (contacts: { id: string }[]) => contacts.map(({ id }) => id).sort()

test('before the first reply there is no conversation to show, list, search, reply to or manage', async () => {
  const id = await reserved(await aMessage(t.workspace, { to: joe }))
  const admin = { type: 'admin', admin_id: t.created.admin_id }
  assert.equal((await t.call(`GET /conversations/${id}`)).status, 404)
  assert.equal((await t.call('GET /conversations')).body.total_count, 0)
  const query = { field: 'contact_ids', operator: '=', value: joe }
  assert.equal((await t.call('POST /conversations/search', { query })).body.total_count, 0)
  const answers = [
    await t.call(`POST /conversations/${id}/reply`, { ...admin, message_type: 'comment', body: 'Hello?' }),
    await t.call(`POST /conversations/${id}/parts`, { ...admin, message_type: 'close' }),
    await t.call(`PUT /conversations/${id}`, { read: true }),
  ]
  for (const { status, body } of answers) {
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [{ code: 'not_found', message: 'Resource Not Found' }])
  }
})

test('only a recipient can create it by a reply', async () => {
  const id = await reserved(await aMessage(t.workspace, { to: joe }))
  assert.equal((await replyTo(id, stranger)).status, 404)
  const other = await t.another()
  const theirs = await aContact(other.workspace, { email: 'joe@example.com' })
  const body = { message_type: 'comment', type: 'user', intercom_user_id: theirs, body: 'Mine?' }
  assert.equal((await other.call(`POST /conversations/${id}/reply`, body)).status, 404)
  assert.equal((await t.call(`GET /conversations/${id}`)).status, 404)
})

test('the first reply creates the conversation that the message reserved', async () => {
  const message_id = await aMessage(t.workspace, {
    to: joe,
    subject: 'News & more',
    body: '<p>Hello there</p>',
    created_at: new Date(1_700_000_000_000),
  })
  const id = await reserved(message_id)
  const { status, body } = await replyTo(id)
  assert.equal(status, 200)
  assert.equal(body.id, id)
  assert.equal(body.created_at, 1_700_000_000)
  assert.deepEqual(body.source, {
    type: 'email',
    id: message_id,
    delivered_as: 'admin_initiated',
    recipients: [{ type: 'to', email: 'joe@example.com', drop_reason: null }],
    subject: '<p>News &amp; more</p>',
    body: '<p>Hello there</p>',
    author: { type: 'admin', id: t.created.admin_id, name: 'Ada Admin', email: 'ada@example.com' },
    attachments: [],
    url: null,
    redacted: false,
  })
  assert.equal(body.state, 'open')
  assert.equal(body.read, false)
  assert.equal(body.waiting_since, body.first_contact_reply.created_at)
  assert.equal(body.first_contact_reply.type, 'email')
  assert.deepEqual(body.channel, { initial: 'email', current: 'email' })
  assert.equal(body.conversation_parts.total_count, 1)
  const [part] = body.conversation_parts.conversation_parts
  assert.equal(part.part_type, 'comment')
  assert.equal(part.body, '<p>I have a question</p>')
  assert.deepEqual([part.author.type, part.author.id], ['user', joe])

  const query = { field: 'source.id', operator: '=', value: message_id }
  assert.equal((await t.call('POST /conversations/search', { query })).body.conversations[0].id, id)
  const topics = await sql<{ topic: string }[]>`
    select topic from events where workspace_id = ${t.workspace.id} and object_id = ${id}
      and topic like 'conversation.%' order by id`
  assert.deepEqual(
    topics.map(({ topic }) => topic),
    ['conversation.admin.single.created', 'conversation.user.replied'],
  )
})

test('two replies at the same moment create one conversation with both', async () => {
  const id = await reserved(await aMessage(t.workspace, { to: [joe, ann] }))
  const answers = await Promise.all([replyTo(id, joe), replyTo(id, ann), replyTo(id, joe)])
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.id]),
    [
      [200, id],
      [200, id],
      [200, id],
    ],
  )
  const { body } = await t.call(`GET /conversations/${id}`)
  assert.equal(body.conversation_parts.total_count, 3)
  assert.deepEqual(ids(body.contacts.contacts), [joe, ann].sort())
})

test('recipients in cc are participants; a recipient in bcc has a separate conversation', async () => {
  const hidden = await aContact(t.workspace, { email: 'hidden@example.com' })
  const message_id = await aMessage(t.workspace, { to: joe, cc: [ann], bcc: [hidden] })
  const shared = await replyTo(await reserved(message_id), ann)
  assert.deepEqual(ids(shared.body.contacts.contacts), [joe, ann].sort())
  assert.deepEqual(
    shared.body.source.recipients.map(({ type, email }: { type: string; email: string }) => `${type} ${email}`),
    ['to joe@example.com', 'cc ann@example.com'],
  )
  const own = await replyTo(await reserved(message_id, hidden), hidden)
  assert.notEqual(own.body.id, shared.body.id)
  assert.deepEqual(ids(own.body.contacts.contacts), [hidden])
  assert.equal(own.body.source.recipients.at(-1).email, 'hidden@example.com')
  assert.equal((await replyTo(shared.body.id, hidden)).body.errors[0].message, 'User Not Found')
})

test('`last` is the newest conversation, existing or reserved', async () => {
  const eve = await aContact(t.workspace, { email: 'eve@example.com' })
  const last = () => replyTo('last', eve)
  const none = await last()
  assert.equal(none.status, 404)
  assert.equal(none.body.errors[0].message, 'Resource Not Found')

  const first = await reserved(await aMessage(t.workspace, { to: eve, message_type: 'inapp' }), eve)
  assert.equal((await last()).body.id, first)
  const second = await reserved(await aMessage(t.workspace, { to: eve }), eve)
  assert.equal((await last()).body.id, second)
  const failed = await aMessage(t.workspace, { to: eve })
  await sql`update deliveries set status = 'failed' where workspace_id = ${t.workspace.id} and message_id = ${failed}`
  assert.equal((await last()).body.id, second)
})

test('a conversation that is requested at once exists without a reply, and waits for none', async () => {
  const message_id = await aMessage(t.workspace, { to: joe, message_type: 'inapp' })
  const id = await createFromMessage(t.workspace, message_id)
  assert.equal(await createFromMessage(t.workspace, message_id), id)
  const { body } = await t.call(`GET /conversations/${id}`)
  assert.equal(body.source.type, 'conversation')
  assert.equal(body.source.subject, '')
  assert.equal(body.state, 'open')
  assert.equal(body.first_contact_reply, null)
  assert.equal(body.waiting_since, null)
  assert.deepEqual(body.statistics, {
    type: 'conversation_statistics',
    count_reopens: 0,
    count_assignments: 0,
    count_conversation_parts: 0,
    assigned_team_first_response_time: [],
    assigned_team_first_response_time_in_office_hours: [],
  })
  assert.deepEqual(body.teammates, { type: 'admin.list', admins: [], teammates: [] })
  assert.deepEqual(body.topics, { type: 'topic.list', topics: [], total_count: 0 })
  assert.equal(body.conversation_parts.total_count, 0)
})

test('the recipients of an email have the reason if it was not delivered', async () => {
  const message_id = await aMessage(t.workspace, { to: [joe, ann] })
  await sql`
    update deliveries set status = 'failed', error_code = 'hard_bounce'
    where workspace_id = ${t.workspace.id} and message_id = ${message_id} and contact_id = ${ann}`
  const { body } = await replyTo(await reserved(message_id))
  assert.deepEqual(
    body.source.recipients.map(({ drop_reason }: { drop_reason: string | null }) => drop_reason),
    [null, 'hard_bounce'],
  )
})

test("a reply to an SMS closes the contact's other SMS conversation", async () => {
  const sms = async () => reserved(await aMessage(t.workspace, { to: ann, message_type: 'sms', body: 'a < b' }), ann)
  const first = (await replyTo(await sms(), ann)).body
  assert.equal(first.source.type, 'sms')
  assert.equal(first.source.body, '<p>a &lt; b</p>')
  const email = (await replyTo(await reserved(await aMessage(t.workspace, { to: ann }), ann), ann)).body
  const second = (await replyTo(await sms(), ann)).body
  const state = async (id: string) => (await t.call(`GET /conversations/${id}`)).body
  const closed = await state(first.id)
  assert.equal(closed.state, 'closed')
  assert.equal(closed.conversation_parts.conversation_parts.at(-1).part_type, 'close')
  assert.equal(closed.conversation_parts.conversation_parts.at(-1).author.type, 'bot')
  assert.equal((await state(second.id)).state, 'open')
  assert.equal((await state(email.id)).state, 'open')

  const both = await Promise.all([await sms(), await sms()].map((id) => replyTo(id, ann)))
  const states = await Promise.all(
    [second, ...both.map(({ body }) => body)].map(async ({ id }) => (await state(id)).state),
  )
  assert.deepEqual(states.sort(), ['closed', 'closed', 'open'])
})

test('an incoming HTML email is shown as sanitised HTML', async () => {
  const email = 'From: joe@example.org\nContent-Type: text/html\n\n<p onclick="x()">Yes<script>alert(1)</script></p>'
  const { contents } = await readMail(Buffer.from(email))
  const conversation_id = await reserved(await aMessage(t.workspace, { to: joe }))
  const { part_ids } = await contactReplies(t.workspace, {
    conversation_id,
    contact: (await findContact(t.workspace, joe))!,
    body: 'Yes',
    html: contents.html as string,
    channel: 'email',
  })
  const { body } = await t.call(`GET /conversations/${conversation_id}`)
  const [part] = body.conversation_parts.conversation_parts
  assert.deepEqual([part.id, part.body], [part_ids[0], '<p>Yes</p>'])
})
