// Tickets in older API versions, and in webhooks.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEvents } from '#events/read.ts'
import { itemOf } from '#resources/events/item.ts'
import { itemIn, topicIn } from '#resources/events/version.ts'
import type { Version } from '#versions/versions.ts'
import { testApp } from '../../../test/app.ts'
import { allReadable } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { refusal, stateOf, ticketsBy } from '../../../test/tickets.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database
const { admin_id } = t.created
const anna = await aContact(workspace, { name: 'Anna', email: 'anna@example.org' })
const { ok, aType, aTicket } = ticketsBy(call, anna)
const customer = await aType('Customer')
const team = await ok('POST /extensions/teams', { name: 'Support', admin_ids: [admin_id] })
const own = { ticket_type_id: customer.id, contacts: [{ id: anna }] }

const VERSIONS = ['Preview', '2.16', '2.15', '2.14', '2.13', '2.12', '2.11', '2.10', '2.9'] as const
const isFrom = (version: (typeof VERSIONS)[number], first: (typeof VERSIONS)[number]) =>
  VERSIONS.indexOf(version) <= VERSIONS.indexOf(first)

describe('a ticket', () => {
  for (const version of VERSIONS)
    test(`in ${version} has the fields of ${version}`, async () => {
      const ticket = await ok('POST /tickets', { ...own, ticket_attributes: { _default_title_: 'x' } }, version)
      assert.deepEqual(await ok(`GET /tickets/${ticket.id}`, undefined, version), ticket)
      const changed = await ok(`PUT /tickets/${ticket.id}`, { ticket_attributes: { _default_title_: 'y' } }, version)
      const conversation = await ok(`GET /conversations/${ticket.id}`, undefined, version)
      assert.deepEqual(conversation.ticket, await ok(`GET /tickets/${ticket.id}`, undefined, version))
      const assignee = isFrom(version, '2.16') ? 0 : '0'
      assert.deepEqual([ticket.admin_assignee_id, ticket.team_assignee_id], [assignee, assignee])
      assert.equal('previous_ticket_state_id' in ticket, isFrom(version, '2.16'))
      assert.equal('updated_attribute_data' in changed.ticket_parts.ticket_parts[1], isFrom(version, '2.14'))
      for (const field of ['category', 'open', 'linked_objects'])
        assert.equal(field in ticket, isFrom(version, '2.10'), field)
      const { ticket_state, ticket_state_internal_label, ticket_state_external_label } = ticket
      if (isFrom(version, '2.12')) assert.equal(ticket_state.external_label, 'Submitted')
      else
        assert.deepEqual(
          [ticket_state, ticket_state_internal_label, ticket_state_external_label],
          ['submitted', 'Submitted', 'Submitted'],
        )
    })

  test('does not exist before 2.9', async () => {
    const answer = await call('POST /tickets', own, { version: '2.8' })
    assert.equal(answer.body.errors[0].code, 'intercom_version_invalid')
    const { id } = await aTicket(customer)
    assert.equal((await ok(`GET /conversations/${id}`, undefined, '2.8')).ticket, null)
    assert.equal((await ok(`GET /conversations/${id}`, undefined, '2.9')).ticket.id, id)
  })
})

describe('a request', () => {
  test('names the category of the state up to 2.11; the id from 2.12 on', async () => {
    for (const version of ['2.9', '2.11']) {
      const { id } = await aTicket(customer)
      assert.equal((await ok(`PUT /tickets/${id}`, { state: 'resolved' }, version)).ticket_state, 'resolved')
      const same = await call(`PUT /tickets/${id}`, { state: 'resolved' }, { version })
      assert.equal(refusal(same)[2], 'Cannot transition ticket to the same state')
    }
    const { id } = await aTicket(customer)
    const body = { state: 'resolved', ticket_state_id: 'resolved' }
    assert.equal(refusal(await call(`PUT /tickets/${id}`, body, { version: '2.12' }))[1], 'ticket_state_id_invalid')
  })

  test('nests the assignee up to 2.13', async () => {
    for (const version of ['2.9', '2.13']) {
      const { id } = await aTicket(customer)
      const assigned = await ok(`PUT /tickets/${id}`, { assignment: { admin_id, assignee_id: team.id } }, version)
      assert.equal(assigned.team_assignee_id, team.id)
      const flat = await ok(`PUT /tickets/${id}`, { assignee_id: admin_id }, version)
      assert.equal(flat.admin_assignee_id, '0')
    }
  })

  test('ignores what its version does not have', async () => {
    for (const [version, body, field, expected] of [
      ['2.13', { assignment: { admin_assignee_id: admin_id } }, 'admin_assignee_id', '0'],
      ['2.14', { assignment: { admin_assignee_id: admin_id } }, 'admin_assignee_id', admin_id],
      ['2.11', { created_at: 1_700_000_000 }, 'created_at', 1_700_000_000],
    ] as const)
      assert.equal((await ok('POST /tickets', { ...own, ...body }, version))[field], expected, version)
    const { created_at } = await ok('POST /tickets', { ...own, created_at: 1_700_000_000 }, '2.10')
    assert.notEqual(created_at, 1_700_000_000)
  })

  test('is a note of an admin up to 2.9', async () => {
    const { id } = await aTicket(customer)
    const note = await ok(`POST /tickets/${id}/reply`, { body: '<p>Okay!</p>', admin_id }, '2.9')
    assert.deepEqual([note.type, note.part_type, note.body], ['ticket_part', 'note', '<p>Okay!</p>'])
    assert.equal((await call(`POST /tickets/${id}/reply`, { body: 'x', admin_id }, { version: '2.10' })).status, 400)
  })
})

describe('a notification', () => {
  const topics = [
    ...['ticket.created', 'ticket.state.updated', 'ticket.resolved', 'ticket.closed', 'ticket.note.created'],
    ...['ticket.admin.assigned', 'ticket.team.assigned', 'ticket.attribute.updated', 'ticket.admin.replied'],
    ...['ticket.contact.replied', 'ticket.contact.attached', 'ticket.contact.detached'],
  ]

  /** Does everything to a ticket, and returns the topics and items as a version has them. */
  async function notifications(version: Version) {
    const [{ id: after }] = (await sql`select coalesce(max(id), 0) as id from events`) as unknown as [{ id: string }]
    const ben = await aContact(workspace, { external_id: `ben ${version}` })
    const { id } = await aTicket(customer)
    await ok(`PUT /tickets/${id}`, { ticket_attributes: { _default_title_: 'x' }, assignee_id: admin_id })
    await ok(`PUT /tickets/${id}`, { ticket_state_id: stateOf(customer, 'resolved'), assignee_id: team.id })
    await ok(`POST /tickets/${id}/reply`, { message_type: 'comment', type: 'admin', admin_id, body: 'A' })
    await ok(`POST /tickets/${id}/reply`, { message_type: 'note', type: 'admin', admin_id, body: 'N' })
    await ok(`POST /tickets/${id}/reply`, { message_type: 'comment', type: 'user', intercom_user_id: anna, body: 'C' })
    await ok(`POST /conversations/${id}/customers`, { admin_id, customer: { intercom_user_id: ben } })
    await ok(`DELETE /conversations/${id}/customers/${ben}`, { admin_id })
    await ok(`PUT /tickets/${id}`, { open: false })
    await allReadable(sql)
    const events = (await readEvents(sql, workspace.id, '0.0', 10_000)).filter(
      (event) => event.object_id === id && Number(event.id) > Number(after),
    )
    const items = []
    for (const event of events) {
      const item = itemIn(event.topic, await itemOf(workspace, event), version)
      // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an item has
      items.push({ topic: topicIn(event.topic, version), item: item as any })
    }
    return { id, items }
  }

  test('has the shape of its topic', async () => {
    await ok('POST /extensions/webhook_subscriptions', { topics, url: null })
    const { id, items } = await notifications('Preview')
    assert.deepEqual(new Set(items.map(({ topic }) => topic)), new Set(topics))
    for (const { topic, item } of items) {
      const ticket = item.ticket ?? item
      assert.deepEqual([ticket.type, ticket.id, ticket.channel], ['ticket', id, 'email'], topic)
      assert.ok(ticket.ticket_parts.total_count >= 1)
      const is_wrapped = /replied|noted|note\.created|assigned|attribute/.test(topic)
      assert.equal(item.type, is_wrapped ? 'ticket_ticket_part' : 'ticket' in item ? undefined : 'ticket', topic)
      if (is_wrapped)
        assert.ok(ticket.ticket_parts.ticket_parts.some(({ id: part }: { id: string }) => part === item.ticket_part.id))
      if (topic.startsWith('ticket.contact.at') || topic.startsWith('ticket.contact.de'))
        assert.equal(item.contact.type, 'contact')
    }
    const bodyOf = (topic: string) => items.find((one) => one.topic === topic)?.item.ticket_part.body
    assert.deepEqual(['ticket.admin.replied', 'ticket.note.created', 'ticket.contact.replied'].map(bodyOf), [
      '<p>A</p>',
      '<p>N</p>',
      '<p>C</p>',
    ])
    assert.ok(items.find(({ topic }) => topic === 'ticket.closed')?.item.ticket)
  })

  test('up to 2.14 says that a resolved ticket is closed, with the ticket itself', async () => {
    const { items } = await notifications('2.14')
    const closed = items.filter(({ topic }) => topic === 'ticket.closed')
    assert.deepEqual(
      closed.map(({ item }) => [item.type, item.admin_assignee_id]),
      [
        ['ticket', admin_id],
        ['ticket', admin_id],
      ],
    )
    assert.ok(!items.some(({ topic }) => topic === 'ticket.resolved'))
    assert.deepEqual(
      [topicIn('ticket.resolved', '2.14'), topicIn('ticket.resolved', '2.15')],
      ['ticket.closed', 'ticket.resolved'],
    )
  })
})
