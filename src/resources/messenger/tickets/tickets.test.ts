// Tickets in a messenger: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { partTypes, refusal, stateOf, ticketsBy } from '../../../../test/tickets.ts'

const t = await testApp()
const { sql } = t.database
await captureAll(sql, { after: (stop) => t.app.addHook('onClose', stop) })
const { admin_id, id: app_id } = t.created

const anna = await aContact(t.workspace, { external_id: 'anna', name: 'Anna' })
const { ok, aType, anAttribute, aTicket, show } = ticketsBy(t.call, anna)
const customer = await aType('Customer')
const priority = await anAttribute(customer, { name: 'Priority', data_type: 'list', list_items: 'Low,High' })
await anAttribute(customer, { name: 'Secret', data_type: 'string', visible_to_contacts: false })
const strict = await aType('Customer')
await anAttribute(strict, { name: 'Order', data_type: 'integer', required_to_create_for_contacts: true })
const internal = await aType('Back-office')
const hidden = await aType('Customer', { is_internal: true })
const archived = await aType('Customer')
await ok(`PUT /ticket_types/${archived.id}`, { archived: true })

/** Calls of a messenger, with the session of a contact or a visitor. */
async function messengerOf(user: object) {
  const answer = await t.call('POST /extensions/messenger/sessions', { app_id, ...user }, { token: null })
  return (route: string, body?: object) =>
    t.call(route.replace(' ', ' /extensions/messenger'), body, { token: answer.body.token })
}
const messenger = await messengerOf({ user_id: 'anna' })

describe('a contact cannot', () => {
  test('create a ticket of a type that is not for contacts, or does not exist', async () => {
    for (const ticket_type_id of [internal.id, hidden.id, archived.id, '999999', 'x'])
      assert.deepEqual(refusal(await messenger('POST /tickets', { ticket_type_id })), [
        404,
        'not_found',
        'Ticket type not found',
      ])
  })

  test('create one without what is required of contacts, or with what they cannot see', async () => {
    const create = async (type: { id: string }, ticket_attributes: object) =>
      refusal(await messenger('POST /tickets', { ticket_type_id: type.id, ticket_attributes }))[2]
    assert.equal(await create(strict, {}), 'Missing required ticket attributes')
    assert.match(await create(customer, { Secret: 'x' }), /^Extra attributes provided/)
    assert.equal((await messenger('POST /tickets', {})).body.errors[0].message, 'ticket_type_id is required')
  })

  test('see or answer a ticket that is not shared, or that of another', async () => {
    const ben = await aContact(t.workspace, { external_id: 'ben' })
    const private_one = await aTicket(internal)
    const theirs = await aTicket(customer, { contacts: [{ id: ben }] })
    for (const { id } of [private_one, theirs]) {
      assert.equal((await messenger(`GET /conversations/${id}`)).status, 404)
      assert.equal((await messenger(`POST /conversations/${id}/replies`, { body: 'x' })).status, 404)
    }
    const { body } = await messenger('GET /conversations')
    assert.ok(!body.conversations.some(({ id }: { id: string }) => id === private_one.id))
  })

  test('do anything without a session', async () => {
    for (const route of ['GET /extensions/messenger/ticket_types', 'POST /extensions/messenger/tickets'])
      assert.equal((await t.call(route, route.startsWith('GET') ? undefined : {}, { token: null })).status, 401)
  })
})

test('the types for contacts have the attributes that they can see', async () => {
  const { body } = await messenger('GET /ticket_types')
  const ids = body.data.map(({ id }: { id: string }) => id)
  assert.deepEqual(ids, [customer.id, strict.id])
  const names = body.data[0].attributes.map(({ name }: { name: string }) => name)
  assert.deepEqual(names, ['_default_title_', '_default_description_', 'Priority'])
  assert.deepEqual(
    body.data[0].attributes[2].items.map(({ name }: { name: string }) => name),
    ['Low', 'High'],
  )
  assert.equal(body.data[1].attributes[2].required, true)
})

describe('a contact', () => {
  test('creates a ticket, and sees it with the external label of its state', async () => {
    const { status, body } = await messenger('POST /tickets', {
      ticket_type_id: customer.id,
      ticket_attributes: { _default_title_: 'Help', _default_description_: 'It broke', Priority: 'High' },
      url: 'https://example.com/page',
    })
    assert.equal(status, 200)
    const [first] = body.parts
    assert.deepEqual([first.body, first.author.id, body.parts.length], ['<p>It broke</p>', anna, 1])
    const { ticket_id, ...ticket } = body.ticket
    assert.deepEqual(ticket, {
      ...{ type: 'ticket', title: 'Help', state: 'Submitted', state_category: 'submitted' },
      ticket_type: { id: customer.id, name: customer.name, icon: customer.icon },
      ticket_attributes: { _default_title_: 'Help', _default_description_: 'It broke', Priority: 'High' },
    })
    const whole = await show(body.id)
    assert.deepEqual(
      [whole.ticket_id, whole.is_shared, partTypes(whole)],
      [ticket_id, true, ['comment', 'ticket_state_updated_by_admin']],
    )
    assert.equal(whole.ticket_attributes.Priority, priority.input_options.items[1].id)
    assert.deepEqual((await topicsOf(t.workspace, body.id)).slice(0, 2), ['ticket.created', 'ticket.state.updated'])
    const [counted] = await sql`select count(*)::int from deliveries where conversation_id = ${body.id}`
    assert.equal(counted!['count'], 0)
  })

  test('sees changes of the label and answers as they come, replies, and reads', async () => {
    const { id } = await aTicket(customer, { ticket_attributes: { _default_title_: 'Slow', Secret: 'x' } })
    await ok(`PUT /tickets/${id}`, { ticket_state_id: stateOf(customer, 'waiting_on_customer') })
    await ok(`POST /tickets/${id}/reply`, { message_type: 'comment', type: 'admin', admin_id, body: 'Where?' })
    await ok(`POST /tickets/${id}/reply`, { message_type: 'note', type: 'admin', admin_id, body: 'Hm' })
    await eventually(
      () => sql`select from deliveries where conversation_id = ${id} and status = 'queued'`,
      ({ count }) => count === 0,
    )
    const { body: list } = await messenger('GET /conversations')
    const listed = list.conversations.find((one: { id: string }) => one.id === id)
    assert.deepEqual(
      [listed.ticket.state, listed.last_part.body, listed.unread_count],
      ['Waiting on you', '<p>Where?</p>', 3],
    )
    const { body: shown } = await messenger(`GET /conversations/${id}`)
    assert.deepEqual(
      shown.parts.slice(1).map(({ body }: { body: string }) => body),
      ['<p><b>Slow</b></p><p>Submitted</p>', '<p>Slow: <b>Waiting on you</b></p>', '<p>Where?</p>'],
    )
    assert.ok(!('Secret' in shown.ticket.ticket_attributes))
    const { body: replied } = await messenger(`POST /conversations/${id}/replies`, { body: 'Here' })
    assert.equal(replied.ticket.state, 'In progress')
    assert.equal((await messenger(`POST /conversations/${id}/read`)).body.unread_count, 0)
    assert.ok(!(await topicsOf(t.workspace, id)).includes('conversation.read'))
  })

  test('who is only a visitor becomes a lead', async () => {
    const visitor = await messengerOf({ visitor_id: 'v-1' })
    const { body } = await visitor('POST /tickets', { ticket_type_id: customer.id })
    const { contacts } = await show(body.id)
    assert.equal((await ok(`GET /contacts/${contacts.contacts[0].id}`)).role, 'lead')
    assert.equal((await visitor('GET /conversations')).body.conversations[0].ticket.ticket_id, body.ticket.ticket_id)
  })

  test('sees no ticket in a conversation that is none', async () => {
    const { body } = await messenger('POST /conversations', { body: 'Hello' })
    assert.ok(!('ticket' in body))
  })
})
