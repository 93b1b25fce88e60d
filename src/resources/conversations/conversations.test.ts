// Conversations are started by contacts, shown, listed and updated: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { MAX_PARTS } from './parts/queries.ts'

const t = await testApp()
const { sql } = t.workspace
const { admin_id } = t.created
const joe = await aContact(t.workspace, { name: 'Joe', email: 'joe@example.com', external_id: '70' })
await t.call('POST /conversations/attributes', { name: 'issue_type', data_type: 'string' })
await t.call('POST /conversations/attributes', { name: 'seats', data_type: 'integer' })

const create = (conversation: object = {}, options = {}) =>
  t.call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello there', ...conversation }, options)
const begin = async (conversation: object = {}): Promise<string> => (await create(conversation)).body.conversation_id
const update = (id: string, changes: object, options = {}) => t.call(`PUT /conversations/${id}`, changes, options)

test('every operation needs a token', async () => {
  for (const route of ['POST /conversations', 'GET /conversations', 'GET /conversations/1', 'PUT /conversations/1']) {
    const body = route.startsWith('GET') ? undefined : {}
    assert.equal((await t.call(route, body, { token: null })).status, 401)
  }
})

test('an unknown contact cannot start a conversation', async () => {
  const theirs = await aContact((await t.another()).workspace, {})
  for (const from of [{ id: '123_doesnt_exist' }, { user_id: 'x' }, { email: 'x@example.com' }, { id: theirs }]) {
    const { status, body } = await create({ from: { type: 'user', ...from } })
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [{ code: 'not_found', message: 'User Not Found' }])
  }
})

test('a missing field of a new conversation is named', async () => {
  const cases: [object, string][] = [
    [{ body: undefined }, 'body is required'],
    [{ body: ' ' }, 'Body is required'],
    [{ from: undefined }, 'from is required'],
    [{ from: { type: 'admin', id: '1' } }, 'from.type must be'],
    [{ from: { type: 'user' } }, 'A contact is required: its id, user_id or email'],
    [{ attachment_urls: ['not an address'] }, 'attachment_urls must be http or https addresses'],
  ]
  for (const [conversation, message] of cases) {
    const { status, body } = await create(conversation)
    assert.equal(status, 400)
    assert.ok(body.errors[0].message.startsWith(message), body.errors[0].message)
  }
})

test('an unknown conversation is a 404, and so is one of another workspace', async () => {
  const other = await t.another()
  const id = await begin()
  for (const { status, body } of [
    await t.call('GET /conversations/999999'),
    await t.call('GET /conversations/last'),
    await other.call(`GET /conversations/${id}`),
    await other.call(`PUT /conversations/${id}`, { read: true }),
  ]) {
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [{ code: 'not_found', message: 'Resource Not Found' }])
  }
  assert.equal((await other.call('GET /conversations')).body.total_count, 0)
})

test('a contact starts a conversation, and the answer is the message', async () => {
  const { status, body } = await create({ brand_id: '123' })
  assert.equal(status, 200)
  const { id, created_at, conversation_id } = body
  assert.deepEqual(body, {
    type: 'user_message',
    id,
    created_at,
    body: 'Hello there',
    message_type: 'inapp',
    conversation_id,
  })
  const { body: conversation } = await t.call(`GET /conversations/${conversation_id}`)
  assert.deepEqual(conversation.source, {
    type: 'conversation',
    id,
    delivered_as: 'customer_initiated',
    subject: '',
    body: '<p>Hello there</p>',
    author: { type: 'user', id: joe, name: 'Joe', email: 'joe@example.com' },
    attachments: [],
    url: null,
    redacted: false,
  })
  assert.deepEqual(conversation.contacts.contacts, [{ type: 'contact', id: joe, external_id: '70' }])
  assert.deepEqual(conversation.first_contact_reply, { created_at, type: 'conversation', url: null })
  assert.deepEqual([conversation.state, conversation.open, conversation.read], ['open', true, false])
  assert.equal(conversation.waiting_since, created_at)
  assert.deepEqual([conversation.admin_assignee_id, conversation.team_assignee_id], [0, 0])
  assert.deepEqual(conversation.channel, { initial: 'messenger', current: 'messenger' })
  assert.equal(conversation.conversation_parts.total_count, 0)

  const [contact] = await sql`select last_replied_at from contacts where id = ${joe}`
  assert.ok(contact!['last_replied_at'])
  const events = await sql`
    select from events where topic = 'conversation.user.created' and object_id = ${conversation_id}`
  assert.equal(events.count, 1)
})

test('a lead without a name or an email, by external id, can start one too, in the past', async () => {
  const lead = await aContact(t.workspace, { role: 'lead', external_id: 'l-1' })
  const { body } = await create({
    from: { type: 'contact', user_id: 'l-1' },
    subject: 'A <subject>',
    created_at: 1_700_000_000,
    attachment_urls: ['https://example.com/photo.jpg'],
  })
  assert.deepEqual([body.subject, body.created_at], ['A <subject>', 1_700_000_000])
  const { body: conversation } = await t.call(`GET /conversations/${body.conversation_id}`)
  assert.deepEqual(conversation.source.author, { type: 'lead', id: lead, name: null, email: '' })
  assert.equal(conversation.source.subject, '<p>A &lt;subject&gt;</p>')
  assert.equal(conversation.source.attachments[0].content_type, 'image/jpeg')
  assert.equal(conversation.created_at, 1_700_000_000)
})

test('what is described, and in no example and no recording, is not shown', async () => {
  const contact = await aContact(t.workspace)
  const started = await t.call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
  for (const version of ['2.7', '2.13', '2.14', '2.15', '2.16', 'Preview']) {
    const { body } = await t.call(`GET /conversations/${started.body.conversation_id}`, undefined, { version })
    for (const name of ['sales_agent_participated', 'sales_agent', 'external_references'])
      assert.ok(!(name in body), `${version} ${name}`)
    assert.deepEqual(Object.keys(body.source.author), ['type', 'id', 'name', 'email'])
    assert.ok(!('reply_to' in body.source))
  }
  const { body: list } = await t.call('GET /conversations', undefined, { version: '2.8' })
  assert.ok(!('data' in list))
})

test('plain text is rendered as in each version', async () => {
  const id = await begin({ subject: 'A & B' })
  const reply = {
    message_type: 'comment',
    type: 'admin',
    admin_id,
    body: '<p>See <a href="https://a.example/x">this</a></p>',
  }
  await t.call(`POST /conversations/${id}/reply`, reply)
  const shown = async (version: string) => {
    const { body } = await t.call(`GET /conversations/${id}?display_as=plaintext`, undefined, { version })
    return [body.source.subject, body.source.body, body.conversation_parts.conversation_parts[0].body]
  }
  assert.deepEqual(await shown('Preview'), ['A & B', 'Hello there', 'See this (https://a.example/x)'])
  assert.deepEqual(await shown('2.16'), ['A & B', 'Hello there', 'See this'])
  assert.deepEqual(await shown('2.15'), ['<p>A &amp; B</p>', 'Hello there', 'See this'])
  const { body } = await update(`${id}?display_as=plaintext`, { read: true })
  assert.equal(body.source.body, 'Hello there')
})

test('tags have the admin who added them, on the conversation and on its newest part', async () => {
  const id = await begin()
  const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
  await t.call(`POST /conversations/${id}/reply`, { message_type: 'note', type: 'admin', admin_id, body: 'x' })
  await t.call(`POST /conversations/${id}/tags`, { id: tag.id, admin_id })
  const { body } = await t.call(`GET /conversations/${id}`)
  const [applied] = body.tags.tags
  assert.deepEqual([applied.id, applied.name, applied.applied_by], [tag.id, 'VIP', { type: 'admin', id: admin_id }])
  assert.ok(applied.applied_at > 1_700_000_000)
  assert.deepEqual(body.conversation_parts.conversation_parts[0].tags, [{ type: 'tag', id: tag.id, name: 'VIP' }])
})

test('the newest 500 parts are shown, oldest first, and all are counted', async () => {
  const id = await begin()
  await sql`
    insert into conversation_parts (workspace_id, conversation_id, part_type, body, author_type, author_id, state,
      notified_at, created_at, updated_at)
    select ${t.workspace.id}, ${id}, 'note', n::text, 'admin', ${admin_id}, 'open', at, at, at
    from generate_series(1, ${MAX_PARTS + 1}) n, lateral (select now() + n * interval '1 second' as at) times`
  const { conversation_parts, total_count } = (await t.call(`GET /conversations/${id}`)).body.conversation_parts
  assert.equal(total_count, 501)
  assert.deepEqual(
    [conversation_parts.length, conversation_parts[0].body, conversation_parts.at(-1).body],
    [500, '2', '501'],
  )
})

test('the list starts with the last updated conversation, has pages, and no parts', async () => {
  const other = await t.another()
  const contact = await aContact(other.workspace, {})
  const ids: string[] = []
  for (const body of ['one', 'two', 'three']) {
    const { body: message } = await other.call('POST /conversations', { from: { type: 'user', id: contact }, body })
    ids.unshift(message.conversation_id)
  }
  const first = (await other.call('GET /conversations?per_page=2')).body
  assert.deepEqual([first.total_count, first.pages.total_pages], [3, 2])
  assert.ok(!('conversation_parts' in first.conversations[0]))
  const after = encodeURIComponent(first.pages.next.starting_after)
  const second = (await other.call(`GET /conversations?per_page=2&starting_after=${after}`)).body
  assert.equal(second.pages.next, undefined)
  const listed = [...first.conversations, ...second.conversations].map(({ id }: { id: string }) => id)
  assert.deepEqual(listed, ids)
  assert.equal((await other.call('GET /conversations?starting_after=nonsense')).status, 400)
})

test('an invalid update is refused and changes nothing', async () => {
  const id = await begin()
  const cases: [object, number, string][] = [
    [{ custom_attributes: { unknown: 1 } }, 400, "Custom attribute 'unknown' does not exist"],
    [{ title: 'x', custom_attributes: { seats: 'many' } }, 400, "Custom attribute 'seats' must be an integer"],
    [{ company_id: '1' }, 404, 'Company Not Found'],
    [{ priority: 'high', admin_id: '1' }, 404, 'Admin not found'],
    [{ priority: 'priority' }, 400, 'priority must be'],
  ]
  for (const [changes, status, message] of cases) {
    const answer = await update(id, changes)
    assert.equal(answer.status, status)
    assert.ok(answer.body.errors[0].message.startsWith(message), answer.body.errors[0].message)
  }
  assert.equal((await update('999999', { read: true })).status, 404)
  assert.equal((await t.call(`GET /conversations/${id}`)).body.title, null)
})

test('read, title and company add no part', async () => {
  const id = await begin()
  const { status, body } = await update(id, { read: true, title: 'New title', company_id: null })
  assert.equal(status, 200)
  assert.deepEqual([body.read, body.title, body.conversation_parts.total_count], [true, 'New title', 0])
})

test('a changed priority adds one part by the admin who set it', async () => {
  const id = await begin()
  const { body } = await update(id, { priority: 'high', admin_id: Number(admin_id) })
  assert.equal(body.priority, 'high')
  const [part] = body.conversation_parts.conversation_parts
  assert.deepEqual([part.part_type, part.author.type, part.author.id], ['priority_changed', 'admin', admin_id])
  assert.deepEqual(part.event_details, { current_priority: 'high', previous_priority: 'none' })
  assert.equal((await update(id, { priority: 'high' })).body.conversation_parts.total_count, 0)
  const cleared = (await update(id, { priority: 'none' })).body
  assert.equal(cleared.conversation_parts.conversation_parts[0].author.type, 'bot')
})

test('before Preview a priority cannot be set, and is shown as priority or not_priority', async () => {
  const id = await begin()
  assert.equal((await update(id, { priority: 'high' }, { version: '2.16' })).body.priority, 'none')
  await update(id, { priority: 'low' })
  assert.equal((await t.call(`GET /conversations/${id}`, undefined, { version: '2.11' })).body.priority, 'priority')
})

test('each changed attribute adds a part by the bot', async () => {
  const id = await begin()
  const { body } = await update(id, { custom_attributes: { issue_type: 'Billing', seats: 3 } })
  assert.deepEqual(body.custom_attributes, { issue_type: 'Billing', seats: 3 })
  assert.equal(body.conversation_parts.total_count, 2)
  const [part] = body.conversation_parts.conversation_parts
  assert.deepEqual([part.part_type, part.author.type], ['conversation_attribute_updated_by_admin', 'bot'])
  assert.deepEqual(part.event_details, {
    attribute: { name: 'issue_type' },
    value: { name: 'Billing', previous: null },
  })

  const cleared = (await update(id, { custom_attributes: { issue_type: null, seats: 3 } })).body
  assert.deepEqual(cleared.custom_attributes, { seats: 3 })
  assert.equal(cleared.conversation_parts.total_count, 1)
})

test('the statistics have the response times, and omit what has not happened', async () => {
  const id = await begin({ created_at: 1_700_000_000 })
  const at = (created_at: number, reply: object) =>
    t.call(`POST /conversations/${id}/reply`, { message_type: 'comment', body: 'x', created_at, ...reply })
  const byAdmin = { type: 'admin', admin_id }
  const byJoe = { type: 'user', intercom_user_id: joe }
  await at(1_700_000_060, byAdmin)
  await at(1_700_000_100, byJoe)
  const { body } = await at(1_700_000_120, byAdmin)
  assert.deepEqual(body.statistics, {
    type: 'conversation_statistics',
    time_to_admin_reply: 60,
    median_time_to_reply: 40,
    first_contact_reply_at: 1_700_000_000,
    first_admin_reply_at: 1_700_000_060,
    last_contact_reply_at: 1_700_000_100,
    last_admin_reply_at: 1_700_000_120,
    count_reopens: 0,
    count_assignments: 0,
    count_conversation_parts: 3,
    assigned_team_first_response_time: [],
    assigned_team_first_response_time_in_office_hours: [],
  })
})

test('there are no quality reviews: the lists are empty, and only present if requested', async () => {
  const { body: started } = await t.call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })
  const asked = '?include_monitors=true&include_scorecards=true&include_translations=true'
  const { body: one } = await t.call(`GET /conversations/${started.conversation_id}${asked}`)
  assert.deepEqual([one.monitor_evaluations, one.scorecards], [[], []])
  const search = { query: { field: 'id', operator: '=', value: started.conversation_id } }
  const { body: found } = await t.call(
    `POST /conversations/search${asked.replace('&include_translations=true', '')}`,
    search,
  )
  assert.deepEqual([found.conversations[0].monitor_evaluations, found.conversations[0].scorecards], [[], []])
  const { body: plain } = await t.call(`GET /conversations/${started.conversation_id}`)
  assert.ok(!('monitor_evaluations' in plain) && !('scorecards' in plain))
})
