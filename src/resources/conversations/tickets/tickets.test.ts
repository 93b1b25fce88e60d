// Tickets among conversations: one id space, but lists, searches, counts and topics apart.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'
import { partTypes, refusal, stateOf, ticketsBy } from '../../../../test/tickets.ts'
import { unsnoozeDueIn } from '../state/unsnooze.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = workspace
const { admin_id } = t.created
const anna = await aContact(workspace, { name: 'Anna', email: 'anna@example.org', external_id: 'anna' })
const { ok, aType, aTicket, aConversation, show } = ticketsBy(call, anna)
const customer = await aType('Customer')
const internal = await aType('Back-office')

const isLive = (noun: string) => sql<{ live: string }[]>`
  select coalesce(sum(live), 0) as live from object_counts where workspace_id = ${workspace.id} and noun = ${noun}`
const counts = async () => {
  const [[conversations], [tickets]] = [await isLive('conversation'), await isLive('ticket')]
  return [Number(conversations!.live), Number(tickets!.live)]
}
const ofAnna = { field: 'contact_ids', operator: '=', value: anna }
const found = async (noun: 'conversations' | 'tickets', query: object = ofAnna) => {
  const body = await ok(`POST /${noun}/search`, { query, pagination: { per_page: 150 } })
  return body[noun].map(({ id }: { id: string }) => id)
}

test('lists, searches and counts of conversations leave tickets out; those of tickets have nothing else', async () => {
  const conversation = await aConversation()
  const before = await counts()
  const ticket = await aTicket(customer)
  assert.deepEqual(await counts(), [before[0], before[1]! + 1])
  const { conversations, total_count } = await ok('GET /conversations?per_page=150')
  const listed = conversations.map(({ id }: { id: string }) => id)
  assert.deepEqual(
    [listed.includes(conversation), listed.includes(ticket.id), total_count],
    [true, false, listed.length],
  )
  for (const query of [
    ofAnna,
    { field: 'created_at', operator: '>', value: 0 },
    { field: 'id', operator: 'IN', value: [conversation, ticket.id] },
  ]) {
    const both = [await found('conversations', query), await found('tickets', query)]
    assert.deepEqual(
      both.map((ids) => ids.includes(conversation)),
      [true, false],
    )
    assert.deepEqual(
      both.map((ids) => ids.includes(ticket.id)),
      [false, true],
    )
  }
  await ok(`DELETE /tickets/${ticket.id}`)
  assert.deepEqual(await counts(), before)
})

test('a conversation that becomes a ticket leaves the lists, the searches and the count of conversations', async () => {
  const id = await aConversation()
  const [conversations, tickets] = await counts()
  await ok(`POST /conversations/${id}/convert`, { ticket_type_id: customer.id })
  assert.deepEqual(await counts(), [conversations! - 1, tickets! + 1])
  assert.deepEqual([(await found('conversations')).includes(id), (await found('tickets')).includes(id)], [false, true])
  for (const table of ['conversation_values', 'conversation_texts'])
    assert.equal((await sql`select from ${sql(table)} where workspace_id = ${workspace.id} and id = ${id}`).count, 0)
  await ok(`DELETE /conversations/${id}`)
  assert.deepEqual(await counts(), [conversations! - 1, tickets])
  for (const table of ['ticket_values', 'ticket_texts'])
    assert.equal((await sql`select from ${sql(table)} where workspace_id = ${workspace.id} and id = ${id}`).count, 0)
})

test('the latest conversation of a contact is no ticket', async () => {
  const ben = await aContact(workspace, { external_id: 'ben' })
  const reply = { message_type: 'comment', type: 'user', user_id: 'ben', body: 'Hi' }
  await aTicket(customer, { contacts: [{ id: ben }] })
  assert.equal((await call('POST /conversations/last/reply', reply)).status, 404)
})

describe('a ticket as a conversation', () => {
  test('is shown with the same ticket that GET /tickets/{id} shows, as HTML and as plain text', async () => {
    const { id } = await aTicket(customer, { ticket_attributes: { _default_title_: 'Broken' } })
    const conversation = await ok(`GET /conversations/${id}`)
    assert.deepEqual(conversation.ticket, await show(id))
    assert.equal(conversation.conversation_parts.total_count, 1)
    await ok(`POST /conversations/${id}/reply`, {
      message_type: 'comment',
      type: 'admin',
      admin_id,
      body: '<p>Soon</p>',
    })
    const plain = await ok(`GET /conversations/${id}?display_as=plaintext`)
    assert.deepEqual(
      [plain.conversation_parts.conversation_parts.at(-1).body, plain.ticket.ticket_parts.ticket_parts.at(-1).body],
      ['Soon', 'Soon'],
    )
    assert.equal((await ok(`GET /conversations/${await aConversation()}`)).ticket, null)
  })

  test('takes the writes of conversations; each causes topics of tickets only', async () => {
    const manage = (message_type: string, body: object = {}) => [
      'POST',
      '/parts',
      { message_type, type: 'admin', admin_id, ...body },
    ]
    const reply = (body: object) => ['POST', '/reply', { message_type: 'comment', body: 'x', ...body }]
    const acts: [act: unknown[], topics: string[]][] = [
      [reply({ type: 'user', intercom_user_id: anna }), ['ticket.contact.replied']],
      [reply({ type: 'admin', admin_id }), ['ticket.admin.replied']],
      [reply({ type: 'admin', admin_id, message_type: 'note' }), ['ticket.note.created']],
      [manage('assignment', { assignee_id: admin_id }), ['ticket.admin.assigned']],
      [manage('assignment', { assignee_id: '0' }), ['ticket.admin.assigned']],
      [
        manage('assignment', { assignee_id: admin_id, body: 'Yours' }),
        ['ticket.admin.assigned', 'ticket.admin.replied'],
      ],
      [manage('snoozed', { snoozed_until: 2_000_000_000 }), []],
      [manage('open'), []],
      [manage('close', { body: 'Done' }), ['ticket.closed', 'ticket.admin.replied']],
      [['PUT', '', { priority: 'high', title: 'x', read: true }], []],
      [['POST', '/customers', { admin_id, customer: { user_id: 'ben' } }], ['ticket.contact.attached']],
      [['DELETE', `/customers/${anna}`, { admin_id }], ['ticket.contact.detached']],
    ]
    const { id } = await aTicket(customer)
    for (const [[method, path, body], topics] of acts) {
      const before = await topicsOf(workspace, id)
      await ok(`${method} /conversations/${id}${path}`, body as object)
      assert.deepEqual((await topicsOf(workspace, id)).slice(before.length), topics, `${path} ${JSON.stringify(body)}`)
    }
  })

  test('a contact opens a closed one with a comment', async () => {
    const { id } = await aTicket(customer)
    await ok(`PUT /tickets/${id}`, { open: false })
    await ok(`POST /conversations/${id}/reply`, {
      message_type: 'comment',
      type: 'user',
      intercom_user_id: anna,
      body: 'Again',
    })
    const ticket = await show(id)
    assert.deepEqual([ticket.open, partTypes(ticket).at(-1)], [true, 'comment'])
  })

  test('the timer wakes it without a topic', async () => {
    const { id } = await aTicket(customer)
    await ok(`PUT /tickets/${id}`, { snoozed_until: 4_000_000_000 })
    await workspace.sql`update conversations set snoozed_until = '2023-11-14' where id = ${id}`
    const before = await topicsOf(workspace, id)
    assert.ok((await unsnoozeDueIn(workspace)) >= 1)
    const ticket = await show(id)
    assert.deepEqual([partTypes(ticket).at(-1), 'snoozed_until' in ticket], ['timer_unsnooze', false])
    assert.deepEqual(await topicsOf(workspace, id), before)
  })

  test('is deleted as one, without being listed as a deleted conversation', async () => {
    const { id } = await aTicket(customer)
    const before = await topicsOf(workspace, id)
    assert.equal((await ok(`DELETE /conversations/${id}`)).id, id)
    for (const path of [`/tickets/${id}`, `/conversations/${id}`]) assert.equal((await call(`GET ${path}`)).status, 404)
    const { conversations } = await ok('GET /conversations/deleted')
    assert.ok(!conversations.some((deleted: { id: string }) => deleted.id === id))
    assert.deepEqual(await topicsOf(workspace, id), before)
  })

  test('contacts cannot write in a Back-office ticket', async () => {
    const { id } = await aTicket(internal)
    const reply = { message_type: 'comment', type: 'user', intercom_user_id: anna, body: 'x' }
    for (const path of [`/tickets/${id}/reply`, `/conversations/${id}/reply`])
      assert.deepEqual(refusal(await call(`POST ${path}`, reply)), [
        ...[400, 'parameter_mismatch', 'User replies are not allowed on Backoffice tickets'],
      ])
  })

  test('is merged into a conversation, and then changes no more', async () => {
    const { id } = await aTicket(customer)
    const primary = await aConversation()
    await ok(`POST /conversations/${id}/merge`, { merge_into_conversation_id: Number(primary) })
    assert.deepEqual((await topicsOf(workspace, id)).at(-1), 'ticket.closed')
    const { linked_objects } = await ok(`GET /conversations/${primary}`)
    assert.deepEqual(linked_objects.data, [{ type: 'ticket', id, category: 'Customer' }])
    assert.equal((await call(`PUT /tickets/${id}`, { ticket_state_id: stateOf(customer, 'resolved') })).status, 422)
  })
})

test('a preview of a merge counts tickets apart from conversations', async () => {
  const lead = (await ok('POST /contacts', { role: 'lead', email: 'both@example.org' })).id
  const into = (await ok('POST /contacts', { role: 'user', email: 'both@example.org', external_id: 'into' })).id
  await aTicket(customer, { contacts: [{ id: lead }] })
  const { summary } = await ok('POST /contacts/merge/preview', { from: lead, into }, 'Preview')
  assert.deepEqual(summary.reassignments, { tickets: { from: 1, into: 0 } })
})

test('redacting a part removes its text from the notifications of the ticket', async () => {
  const topics = ['ticket.admin.replied', 'ticket.note.created']
  await ok('POST /extensions/webhook_subscriptions', { topics, url: null })
  const { id } = await aTicket(customer)
  const part = await ok(`POST /tickets/${id}/reply`, {
    message_type: 'comment',
    type: 'admin',
    admin_id,
    body: 'Secret',
  })
  await ok(`POST /tickets/${id}/reply`, { message_type: 'note', type: 'admin', admin_id, body: 'A note' })
  const snapshots = async () => {
    const rows = await sql<{ snapshot: string }[]>`
      select snapshot::text from events where workspace_id = ${workspace.id} and object_id = ${id} and snapshot is not null`
    return rows.map(({ snapshot }) => snapshot)
  }
  assert.deepEqual(
    (await snapshots()).map((text) => text.includes('Secret')),
    [true, true],
  )
  await ok('POST /conversations/redact', {
    type: 'conversation_part',
    conversation_id: id,
    conversation_part_id: part.id,
  })
  assert.deepEqual(
    (await snapshots()).map((text) => [text.includes('Secret'), text.includes('redacted": true')]),
    [
      [false, true],
      [false, true],
    ],
  )
  assert.ok(!(await topicsOf(workspace, id)).includes('conversation_part.redacted'))
})

test('metrics of a team leave tickets out', async () => {
  const team = await ok('POST /extensions/teams', { name: 'Support', admin_ids: [admin_id] })
  const { id } = await aTicket(customer, { assignment: { admin_assignee_id: admin_id } })
  assert.equal((await show(id)).admin_assignee_id, Number(admin_id))
  const { data } = await ok(`GET /teams/${team.id}/metrics`)
  assert.deepEqual(
    data.map((metrics: { open: number }) => metrics.open),
    data.map(() => 0),
  )
})
