// POST /conversations/{id}/reply: contacts and admins, sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact, aMessage } from '../../../../test/factories.ts'

const t = await testApp()
const { sql } = t.workspace
const { admin_id } = t.created
const joe = await aContact(t.workspace, { name: 'Joe', email: 'joe@example.com', external_id: '70' })

const begin = async (contact = joe): Promise<string> =>
  (await t.call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })).body.conversation_id

const asAdmin = (id: string, reply: object, options = {}) =>
  t.call(
    `POST /conversations/${id}/reply`,
    { message_type: 'comment', type: 'admin', admin_id, body: 'Hi', ...reply },
    options,
  )
const asJoe = (id: string, reply: object = {}) =>
  t.call(`POST /conversations/${id}/reply`, {
    message_type: 'comment',
    type: 'user',
    intercom_user_id: joe,
    body: 'Thanks again :)',
    ...reply,
  })
const manage = (id: string, act: object) => t.call(`POST /conversations/${id}/parts`, { admin_id, ...act })

const deliveriesOf = (conversation_id: string) => sql<{ channel: string; address: string; part_id: string }[]>`
  select channel, address, part_id, message_id, ruleset_id from deliveries
  where workspace_id = ${t.workspace.id} and conversation_id = ${conversation_id} and part_id is not null order by id`

test('a reply without a token is refused', async () => {
  assert.equal((await asAdmin('1', {}, { token: null })).status, 401)
})

test('an unknown conversation, admin or contact is a 404', async () => {
  const id = await begin()
  const outsider = await aContact(t.workspace, {})
  const cases: [answer: Promise<{ status: number; body: { errors: unknown[] } }>, code: string, message: string][] = [
    [asAdmin('999999', {}), 'not_found', 'Resource Not Found'],
    [asAdmin('no-number', {}), 'not_found', 'Resource Not Found'],
    [asAdmin(id, { admin_id: 1 }), 'admin_not_found', 'Admin not found'],
    [asJoe('999999'), 'not_found', 'Resource Not Found'],
    [asJoe(id, { intercom_user_id: '123_doesnt_exist' }), 'not_found', 'User Not Found'],
    [asJoe(id, { intercom_user_id: outsider }), 'not_found', 'User Not Found'],
  ]
  for (const [answer, code, message] of cases) {
    const { status, body } = await answer
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [{ code, message }])
  }
})

test("another workspace's conversation, admin and contact are unknown", async () => {
  const id = await begin()
  const other = await t.another()
  const theirs = await other.call(`POST /conversations/${id}/reply`, {
    message_type: 'note',
    type: 'admin',
    admin_id: other.created.admin_id,
    body: 'x',
  })
  assert.equal(theirs.status, 404)
  assert.equal((await asAdmin(id, { admin_id: other.created.admin_id })).status, 404)
})

test('a missing field of a reply is named', async () => {
  const id = await begin()
  const cases: [object, string][] = [
    [{ body: ' ' }, 'Body is required'],
    [{ body: '<p> </p><script>x</script>' }, 'Body is required'],
    [{ message_type: 'quick_reply' }, 'reply_options is required'],
    [{ admin_id: undefined }, 'admin_id is required'],
    [{ message_type: 'closed' }, 'message_type must be'],
    [{ attachment_urls: ['file:///etc/passwd'] }, 'attachment_urls must be http or https addresses'],
    [
      { attachment_urls: Array(11).fill('https://example.com/a.png') },
      'attachment_urls must not have more than 10 items',
    ],
    [{ body: 'x'.repeat(250_001) }, 'body must not have more than 250000 characters'],
  ]
  for (const [reply, message] of cases) {
    const { status, body } = await asAdmin(id, reply)
    assert.equal(status, 400)
    assert.ok(body.errors[0].message.startsWith(message), body.errors[0].message)
  }
  for (const message_type of ['note', 'close', 'open', 'snoozed', 'assignment'])
    assert.equal((await asJoe(id, { message_type })).status, 400, message_type)
  assert.equal((await asJoe(id, { intercom_user_id: undefined })).status, 400)
  assert.equal((await asJoe(id, { body: '' })).status, 400)
})

test('a reply of a blocked contact is refused', async () => {
  const blocked = await aContact(t.workspace, {})
  const id = await begin(blocked)
  await sql`update contacts set blocked_at = now() where workspace_id = ${t.workspace.id} and id = ${blocked}`
  assert.equal((await asJoe(id, { intercom_user_id: blocked })).status, 403)
  assert.equal((await t.call('POST /conversations', { from: { type: 'user', id: blocked }, body: 'x' })).status, 403)
})

test("an admin's comment is sanitised, answers the contact and is delivered", async () => {
  const id = await begin()
  const { status, body } = await asAdmin(id, {
    admin_id: Number(admin_id),
    body: '<html><body><h2>List</h2> <ul> <li onclick="x()">Coffee</li> </ul><script>x</script></body></html>',
    attachment_urls: ['https://example.com/files/a%20b.png?download=1'],
  })
  assert.equal(status, 200)
  assert.equal(body.conversation_parts.total_count, 1)
  const [part] = body.conversation_parts.conversation_parts
  assert.equal(part.part_type, 'comment')
  assert.equal(part.body, '<h2>List</h2>\n<ul>\n<li>Coffee</li>\n</ul>')
  assert.deepEqual(part.attachments, [
    {
      type: 'upload',
      name: 'a b.png',
      url: 'https://example.com/files/a%20b.png?download=1',
      content_type: 'image/png',
      filesize: 0,
    },
  ])
  assert.equal(body.waiting_since, null)
  const teammates = [{ type: 'admin', id: admin_id }]
  assert.deepEqual(body.teammates, { type: 'admin.list', admins: teammates, teammates })
  const [delivery, ...more] = await deliveriesOf(id)
  assert.deepEqual(
    { ...delivery },
    { channel: 'inapp', address: joe, part_id: part.id, message_id: body.source.id, ruleset_id: body.source.id },
  )
  assert.equal(more.length, 0)
  const [contact] = await sql`select last_contacted_at from contacts where id = ${joe}`
  assert.ok(contact!['last_contacted_at'])
})

test('a reply is sent on the channel of the conversation, to all participants with an address there', async () => {
  const ann = await aContact(t.workspace, { email: 'ann@example.com' })
  await aMessage(t.workspace, { to: [joe, ann], subject: 'Hello' })
  const { id } = (await asJoe('last')).body
  await sql`update contacts set email = null where workspace_id = ${t.workspace.id} and id = ${ann}`
  await asAdmin(id, {})
  assert.deepEqual(
    (await deliveriesOf(id)).map(({ channel, address }) => `${channel} ${address}`),
    ['email joe@example.com'],
  )
})

test('a note, and a reply with skip_notifications, are not delivered', async () => {
  const id = await begin()
  const note = await asAdmin(id, { message_type: 'note', body: 'For us' })
  assert.equal(note.body.conversation_parts.conversation_parts[0].part_type, 'note')
  assert.notEqual(note.body.waiting_since, null)
  await asAdmin(id, { skip_notifications: true })
  assert.equal((await deliveriesOf(id)).length, 0)
})

test('quick replies are offered by an admin and picked by the contact', async () => {
  const id = await begin()
  const reply_options = [
    { text: 'Yes', uuid: 'a5e1c524-5ddd-4c3e-9328-6bca5d6e3edb' },
    { text: 'No', uuid: 'f4a98af1-be56-4948-a57e-e1a83f8484c6' },
  ]
  const offered = await asAdmin(id, { message_type: 'quick_reply', body: undefined, reply_options })
  const [offer] = offered.body.conversation_parts.conversation_parts
  assert.equal(offer.part_type, 'quick_reply')
  assert.equal(offer.body, null)
  assert.deepEqual(offer.metadata, { quick_reply_options: reply_options })
  assert.equal((await deliveriesOf(id)).length, 1)

  const picked = await asJoe(id, { message_type: 'quick_reply', body: undefined, reply_options: [reply_options[1]] })
  const [pick] = picked.body.conversation_parts.conversation_parts
  assert.deepEqual([pick.part_type, pick.body], ['comment', '<p>No</p>'])
  assert.deepEqual(pick.metadata, { quick_reply_uuid: reply_options[1]!.uuid })
  const commented = await asJoe(id, { body: undefined, reply_options: [reply_options[0]] })
  assert.equal(commented.body.conversation_parts.conversation_parts[0].body, '<p>Yes</p>')
})

test("a contact's body is always text, also if it looks like HTML", async () => {
  const id = await begin()
  const { body } = await asJoe(id, { body: '<b>bold</b>\nnext line' })
  const [part] = body.conversation_parts.conversation_parts
  assert.equal(part.body, '<p>&lt;b&gt;bold&lt;/b&gt;<br>next line</p>')
})

test('a contact is found by id, external id or email, in any letter case', async () => {
  const id = await begin()
  for (const name of [{ user_id: '70' }, { email: 'JOE@example.com' }, { user_id: 70 }]) {
    assert.equal((await asJoe(id, { intercom_user_id: undefined, ...name })).status, 200)
  }
  await aContact(t.workspace, { email: 'twin@example.com' })
  await aContact(t.workspace, { email: 'twin@example.com' })
  const twins = await asJoe(id, { intercom_user_id: undefined, email: 'twin@example.com' })
  assert.equal(twins.status, 409)
  assert.equal(twins.body.errors[0].code, 'conflict')
})

test('a reply to a closed conversation opens it again, with one part that has the body', async () => {
  const id = await begin()
  await manage(id, { message_type: 'close', type: 'admin' })
  const { body } = await asJoe(id)
  assert.equal(body.state, 'open')
  assert.equal(body.conversation_parts.total_count, 1)
  const [part] = body.conversation_parts.conversation_parts
  assert.deepEqual([part.part_type, part.body], ['open', '<p>Thanks again :)</p>'])
  assert.equal(body.statistics.count_reopens, 1)
})

test('an admin who is away is unassigned from a conversation when its contact writes', async () => {
  const id = await begin()
  const away = { away_mode_enabled: true, away_mode_reassign: true }
  await manage(id, { message_type: 'assignment', type: 'admin', assignee_id: admin_id })
  await t.call(`PUT /admins/${admin_id}/away`, away)
  const { body } = await asJoe(id)
  await t.call(`PUT /admins/${admin_id}/away`, { away_mode_enabled: false, away_mode_reassign: false })
  assert.equal(body.admin_assignee_id, 0)
  const parts = body.conversation_parts.conversation_parts
  assert.deepEqual(
    parts.map((part: { part_type: string; author: { type: string } }) => `${part.part_type} by ${part.author.type}`),
    ['comment by user', 'away_mode_assignment by bot'],
  )
})

test('a reply unsnoozes a conversation, unless it has skip_unsnooze', async () => {
  const id = await begin()
  await manage(id, { message_type: 'snoozed', snoozed_until: 4_000_000_000 })
  assert.equal((await asAdmin(id, { skip_unsnooze: true })).body.state, 'snoozed')
  const awake = await asAdmin(id, {})
  assert.deepEqual([awake.body.state, awake.body.snoozed_until], ['open', null])
})

test('a reply can have an earlier created_at', async () => {
  const id = await begin()
  const { body } = await asJoe(id, { created_at: 1_700_000_000 })
  assert.equal(body.conversation_parts.conversation_parts[0].created_at, 1_700_000_000)
})

test('before 2.16 the answer has null for no assignee, and the old priority', async () => {
  const id = await begin()
  const { body } = await asAdmin(id, {}, { version: '2.11' })
  assert.equal(body.admin_assignee_id, null)
  assert.equal(body.team_assignee_id, null)
  assert.equal(body.priority, 'not_priority')
})

describe('an admin’s reply also', () => {
  const team = async () => {
    const [row] = await sql<{ id: string }[]>`
      insert into teams (workspace_id, name, admin_ids) values (${t.workspace.id}, 'Support', ${[admin_id]}) returning id`
    return row!.id
  }

  test('is refused if what it needs is missing or unknown, and then changes nothing', async () => {
    const id = await begin()
    const cases: [reply: object, status: number, message: string][] = [
      [{ message_type: 'snoozed' }, 400, 'snoozed_until is required'],
      [{ message_type: 'snoozed', snoozed_until: 'tomorrow' }, 400, 'snoozed_until must be integer'],
      [{ message_type: 'snoozed', snoozed_until: 1_700_000_000 }, 400, 'snoozed_until must be in the future'],
      [{ message_type: 'assignment' }, 400, 'assignee_id is required'],
      [{ message_type: 'assignment', assignee_id: 999_999 }, 404, 'Admin not found'],
      [{ message_type: 'assignment', assignee_id: 'nobody' }, 404, 'Admin not found'],
      [{ message_type: 'comment', assignee_id: 999_999 }, 404, 'Admin not found'],
      [{ message_type: 'note', body: undefined, assignee_id: admin_id }, 400, 'Body is required'],
      [{ message_type: 'close', admin_id: 999_999 }, 404, 'Admin not found'],
      [{ message_type: 'close', admin_id: undefined }, 400, 'admin_id is required'],
      [{ message_type: 'close', body: 'x'.repeat(250_001) }, 400, 'body must not have more than 250000 characters'],
    ]
    for (const [reply, status, message] of cases) {
      const answer = await asAdmin(id, reply)
      assert.deepEqual([answer.status, answer.body.errors[0].message], [status, message])
    }
    const { body } = await t.call(`GET /conversations/${id}`)
    assert.deepEqual([body.state, body.admin_assignee_id, body.conversation_parts.total_count], ['open', 0, 0])
  })

  const acts: [what: string, reply: object, expected: object, part: { part_type: string; body?: string | null }][] = [
    ['closes', { message_type: 'close', body: undefined }, { state: 'closed' }, { part_type: 'close', body: null }],
    [
      'closes with words',
      { message_type: 'close', body: 'Bye' },
      { state: 'closed' },
      { part_type: 'close', body: '<p>Bye</p>' },
    ],
    ['opens', { message_type: 'open', body: undefined }, { state: 'open' }, { part_type: 'open', body: null }],
    [
      'snoozes',
      { message_type: 'snoozed', snoozed_until: 4_000_000_000, body: undefined },
      { state: 'snoozed', snoozed_until: 4_000_000_000 },
      { part_type: 'snoozed' },
    ],
    [
      'assigns',
      { message_type: 'assignment', assignee_id: admin_id },
      { admin_assignee_id: Number(admin_id) },
      { part_type: 'assignment' },
    ],
    [
      'assigns by a number',
      { message_type: 'assignment', assignee_id: Number(admin_id) },
      { admin_assignee_id: Number(admin_id) },
      { part_type: 'assignment' },
    ],
    [
      'assigns without words',
      { message_type: 'comment', assignee_id: admin_id, body: '' },
      { admin_assignee_id: Number(admin_id) },
      { part_type: 'assignment', body: null },
    ],
    [
      'unassigns',
      { message_type: 'assignment', assignee_id: '0', body: undefined },
      { admin_assignee_id: 0 },
      { part_type: 'assignment', body: null },
    ],
  ]
  for (const [what, reply, expected, part] of acts) {
    test(`${what} its conversation`, async () => {
      const id = await begin()
      if (what === 'opens') await manage(id, { message_type: 'close', type: 'admin' })
      const { status, body, text } = await asAdmin(id, reply)
      assert.equal(status, 200, text)
      assert.partialDeepStrictEqual(body, expected)
      assert.equal(body.conversation_parts.total_count, 1)
      assert.partialDeepStrictEqual(body.conversation_parts.conversation_parts[0], part)
    })
  }

  test('assigns to a team, because its type is that of its author', async () => {
    const id = await begin()
    const team_id = await team()
    const { body } = await asAdmin(id, { message_type: 'assignment', assignee_id: team_id, body: undefined })
    assert.equal(body.team_assignee_id, Number(team_id))
  })

  test('comments or notes first, and assigns then, if it has an assignee_id', async () => {
    for (const message_type of ['comment', 'note']) {
      const id = await begin()
      const { body } = await asAdmin(id, { message_type, assignee_id: admin_id })
      assert.deepEqual(
        body.conversation_parts.conversation_parts.map((part: { part_type: string }) => part.part_type),
        [message_type, 'assignment'],
      )
      assert.equal((await deliveriesOf(id)).length, message_type === 'comment' ? 1 : 0)
    }
  })

  test('closes with words and files, which are delivered', async () => {
    const id = await begin()
    const attachment_files = [{ content_type: 'text/plain', name: 'bill.txt', data: 'YQ==' }]
    const { body } = await asAdmin(id, { message_type: 'close', body: 'Your bill', attachment_files })
    assert.equal(body.conversation_parts.conversation_parts[0].attachments[0].name, 'bill.txt')
    assert.equal((await deliveriesOf(id)).length, 1)
  })
})

test('`last` is the latest conversation of the contact that an admin’s reply names', async () => {
  const eve = await aContact(t.workspace, { email: 'eve@example.com', external_id: '71' })
  const without = await aContact(t.workspace, {})
  await begin(eve)
  const id = await begin(eve)
  for (const [who, status] of [
    [{}, 400],
    [{ intercom_user_id: 'unknown' }, 404],
    [{ intercom_user_id: without }, 404],
    [{ intercom_user_id: eve }, 200],
    [{ user_id: '71' }, 200],
    [{ email: 'eve@example.com' }, 200],
    [{ intercom_user_id: eve, message_type: 'close' }, 200],
    [{ email: 'eve@example.com', message_type: 'assignment', assignee_id: admin_id }, 200],
  ] as const) {
    const answer = await asAdmin('last', who)
    assert.equal(answer.status, status, JSON.stringify(who))
    if (status === 200) assert.equal(answer.body.id, id)
  }
  const other = await t.another()
  const reply = { message_type: 'comment', type: 'admin', admin_id: other.created.admin_id, body: 'x' }
  assert.equal((await other.call('POST /conversations/last/reply', { ...reply, intercom_user_id: eve })).status, 404)
})

test('an admin’s reply to `last` starts the conversation that a message reserved', async () => {
  const zoe = await aContact(t.workspace, { email: 'zoe@example.com' })
  const message = await aMessage(t.workspace, { to: [zoe], subject: 'Hello' })
  const { status, body } = await asAdmin('last', { intercom_user_id: zoe })
  assert.deepEqual([status, body.source.id], [200, message])
})
