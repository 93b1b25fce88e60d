// A conversation becomes a ticket, and a ticket one of another type: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { partTypes, refusal, stateOf, ticketsBy } from '../../../test/tickets.ts'

const t = await testApp()
const { call, workspace } = t
const { admin_id } = t.created
const anna = await aContact(workspace, { name: 'Anna', email: 'anna@example.org' })
const { ok, aType, anAttribute, aTicket, aConversation, show } = ticketsBy(call, anna)
const customer = await aType('Customer')
const other = await aType('Customer')
const internal = await aType('Back-office')
const archived = await aType('Customer')
await ok(`PUT /ticket_types/${archived.id}`, { archived: true })
const strict = await aType('Customer')
await anAttribute(strict, { name: 'Order', data_type: 'integer', required_to_create: true })

const invalid = (message: string) => [400, 'parameter_invalid', message]
const NOT_FOUND = [404, 'not_found', 'Resource Not Found']

describe('a conversion is refused', () => {
  const NO_STATE = [
    ...[400, 'ticket_state_id_invalid', 'Ticket state id is not valid or is not associated with the ticket type'],
  ]
  for (const [what, body, expected] of [
    ['without a type', {}, [400, 'parameter_not_found', 'ticket_type_id is required']],
    ['to an unknown type', { ticket_type_id: '999999' }, NOT_FOUND],
    ['to an archived type', { ticket_type_id: archived.id }, invalid('The ticket type is archived')],
    ['to a type of the team', { ticket_type_id: internal.id }, invalid('Ticket type is not a customer ticket type')],
    ['to an unknown state', { ticket_type_id: customer.id, ticket_state_id: '999999' }, NO_STATE],
    ['without a required attribute', { ticket_type_id: strict.id }, invalid('Missing required ticket attributes')],
    [
      'with an unknown attribute',
      { ticket_type_id: customer.id, attributes: { Colour: 'red' } },
      invalid('Extra attributes provided that are not found on ticket type: Colour'),
    ],
  ] as const)
    test(what, async () => {
      const id = await aConversation()
      const before = await ok(`GET /conversations/${id}`)
      assert.deepEqual(refusal(await call(`POST /conversations/${id}/convert`, body)), expected)
      assert.deepEqual(await ok(`GET /conversations/${id}`), before)
    })

  test('of what does not exist, is a ticket already, or was merged', async () => {
    const body = { ticket_type_id: customer.id }
    const ticket = await aTicket(customer)
    const [secondary, primary] = [await aConversation(), await aConversation()]
    await ok(`POST /conversations/${secondary}/merge`, { merge_into_conversation_id: primary })
    assert.deepEqual(refusal(await call('POST /conversations/999999/convert', body)), NOT_FOUND)
    assert.deepEqual(
      refusal(await call(`POST /conversations/${ticket.id}/convert`, body)),
      invalid('The conversation is a ticket already'),
    )
    assert.deepEqual(refusal(await call(`POST /conversations/${secondary}/convert`, body)), [
      ...[422, 'parameter_invalid', `The conversation was merged into conversation ${primary}`],
    ])
  })
})

describe('a conversation that becomes a ticket', () => {
  test('keeps its id and parts, and gets a number, a state and no assignee', async () => {
    const id = await aConversation()
    const act = (path: string, body: object) =>
      ok(`POST /conversations/${id}${path}`, { type: 'admin', admin_id, ...body })
    await act('/reply', { message_type: 'comment', body: 'Yes?' })
    await act('/parts', { message_type: 'assignment', assignee_id: admin_id })
    const before = await topicsOf(workspace, id)
    const ticket = await ok(`POST /conversations/${id}/convert`, {
      ...{ ticket_type_id: customer.id, ticket_state_id: stateOf(customer, 'in_progress') },
      attributes: { _default_title_: 'Hello' },
    })
    assert.deepEqual(
      [ticket.id, ticket.is_shared, ticket.open, ticket.admin_assignee_id, ticket.ticket_state.category],
      [id, true, true, 0, 'in_progress'],
    )
    assert.equal(ticket.ticket_attributes._default_title_, 'Hello')
    assert.ok(Number(ticket.ticket_id) > 0)
    assert.deepEqual(partTypes(ticket), ['comment', 'comment', 'assignment', 'ticket_state_updated_by_admin'])
    const [first] = ticket.ticket_parts.ticket_parts
    assert.deepEqual([first.body, first.author.id, ticket.ticket_parts.total_count], ['<p>Hello</p>', anna, 4])
    assert.deepEqual((await topicsOf(workspace, id)).slice(before.length), ['ticket.created', 'ticket.state.updated'])
    const conversation = await ok(`GET /conversations/${id}`)
    assert.deepEqual([conversation.ticket, conversation.source.body], [ticket, '<p>Hello</p>'])
  })

  test('twice at once is converted once', async () => {
    const id = await aConversation()
    const convert = () => call(`POST /conversations/${id}/convert`, { ticket_type_id: customer.id })
    const answers = await Promise.all([convert(), convert(), convert()])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400])
    assert.equal((await show(id)).ticket_parts.total_count, 2)
  })

  test('is answered by its contact as before', async () => {
    const id = await aConversation()
    await ok(`POST /conversations/${id}/convert`, { ticket_type_id: customer.id })
    await ok(`POST /conversations/${id}/reply`, {
      message_type: 'comment',
      type: 'user',
      intercom_user_id: anna,
      body: 'And?',
    })
    assert.deepEqual(partTypes(await show(id)), ['comment', 'ticket_state_updated_by_admin', 'comment'])
  })
})

describe('a change of the type is refused', () => {
  const resolved = stateOf(customer, 'resolved')
  for (const [what, body, expected] of [
    [
      'without a type',
      { ticket_state_id: resolved },
      [400, 'parameter_not_found', 'ticket_type_id is a required parameter'],
    ],
    [
      'without a state',
      { ticket_type_id: other.id },
      [400, 'parameter_not_found', 'ticket_state_id is a required parameter'],
    ],
    ['to an unknown type', { ticket_type_id: '999999', ticket_state_id: resolved }, NOT_FOUND],
    [
      'to the same type',
      { ticket_type_id: customer.id, ticket_state_id: resolved },
      invalid('Cannot change to the same ticket type'),
    ],
    [
      'to an archived type',
      { ticket_type_id: archived.id, ticket_state_id: resolved },
      invalid('The ticket type is archived'),
    ],
    [
      'to another category',
      { ticket_type_id: internal.id, ticket_state_id: resolved },
      invalid('The new ticket type must be in the same category'),
    ],
    [
      'to a state of another type',
      { ticket_type_id: other.id, ticket_state_id: '999999' },
      invalid("Ticket custom state doesn't belong to the new ticket type"),
    ],
    [
      'with an unknown attribute',
      { ticket_type_id: other.id, ticket_state_id: resolved, ticket_attributes: { Priority: 'x' } },
      invalid('Extra attributes provided that are not found on ticket type: Priority'),
    ],
  ] as const)
    test(what, async () => {
      const ticket = await aTicket(customer)
      assert.deepEqual(refusal(await call(`POST /tickets/${ticket.id}/change_type`, body)), expected)
      assert.deepEqual(await show(ticket.id), ticket)
    })

  test('for what is no ticket, and before 2.16', async () => {
    const body = { ticket_type_id: other.id, ticket_state_id: resolved }
    for (const id of ['999999', 'x', await aConversation()])
      assert.deepEqual(refusal(await call(`POST /tickets/${id}/change_type`, body)), NOT_FOUND)
    const { id } = await aTicket(customer)
    const old = await call(`POST /tickets/${id}/change_type`, body, { version: '2.15' })
    assert.equal(old.body.errors[0].code, 'intercom_version_invalid')
  })
})

describe('a ticket of another type', () => {
  test('keeps the values of attributes with the same name and data type; given ones win', async () => {
    const [from, to] = [await aType('Customer'), await aType('Customer')]
    const priority = await anAttribute(from, { name: 'Priority', data_type: 'list', list_items: 'Low,High,Odd' })
    const same = await anAttribute(to, { name: 'Priority', data_type: 'list', list_items: 'High,Low' })
    for (const type of [from, to]) await anAttribute(type, { name: 'Count', data_type: 'integer' })
    await anAttribute(from, { name: 'Size', data_type: 'integer' })
    await anAttribute(to, { name: 'Size', data_type: 'string' })
    const [, high, odd] = priority.input_options.items
    const values = { _default_title_: 'Old', _default_description_: 'Kept', Count: 3, Size: 7 }
    const change = async (item: { id: string }) => {
      const { id } = await aTicket(from, { ticket_attributes: { ...values, Priority: item.id } })
      return ok(`POST /tickets/${id}/change_type`, {
        ...{ ticket_type_id: to.id, ticket_state_id: stateOf(to, 'in_progress') },
        ticket_attributes: { _default_title_: 'New' },
      })
    }
    const ticket = await change(high)
    assert.deepEqual(ticket.ticket_attributes, {
      ...{ _default_title_: 'New', _default_description_: 'Kept', Count: 3, Size: null },
      Priority: same.input_options.items[0].id,
    })
    assert.equal((await change(odd)).ticket_attributes.Priority, null)
    const { ticket_type, ticket_state, previous_ticket_state_id } = ticket
    assert.deepEqual(
      [ticket_type.id, ticket_state.category, previous_ticket_state_id],
      [to.id, 'in_progress', stateOf(from, 'submitted')],
    )
    const last = ticket.ticket_parts.ticket_parts.at(-1)
    assert.deepEqual(
      [last.part_type, last.ticket_state, last.previous_ticket_state],
      ['ticket_state_updated_by_admin', 'in_progress', 'submitted'],
    )
    assert.deepEqual((await topicsOf(workspace, ticket.id)).slice(2), ['ticket.state.updated'])
    const query = { field: 'title', operator: '=', value: 'New' }
    assert.ok((await ok('POST /tickets/search', { query })).tickets.some(({ id }: { id: string }) => id === ticket.id))
  })
})
