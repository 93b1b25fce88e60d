// PUT /tickets/{id}: sad paths first.
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
const progress = await anAttribute(customer, { name: 'Progress', data_type: 'list', list_items: 'Slow,Fast' })
const other = await aType('Customer')
const [slow, fast] = progress.input_options.items
const photo = await anAttribute(customer, { name: 'Photo', data_type: 'files' })
await anAttribute(customer, { name: 'Count', data_type: 'integer' })
const own = await ok('POST /extensions/ticket_states', {
  ...{ category: 'in_progress', internal_label: 'Elsewhere', ticket_type_ids: [] },
})
const gone = await ok('POST /extensions/ticket_states', {
  ...{ category: 'in_progress', internal_label: 'Gone', ticket_type_ids: [customer.id] },
})
await ok(`PUT /extensions/ticket_states/${gone.id}`, { archived: true })
const [ben] = await workspace.sql<{ id: string }[]>`
  insert into admins (workspace_id, name, email, created_at)
  values (${workspace.id}, 'Ben', 'ben@example.com', now()) returning id`
const team = await ok('POST /extensions/teams', { name: 'Support', admin_ids: [admin_id] })

const put = (id: string, body: object, version?: string) => ok(`PUT /tickets/${id}`, body, version)
/** Changes a new ticket, after the first change. Returns the new part types and topics. */
async function effectOf(first: object | null, body: object) {
  const { id } = await aTicket(customer)
  if (first) await put(id, first)
  const before = { parts: partTypes(await show(id)), topics: await topicsOf(workspace, id) }
  const ticket = await put(id, body)
  const parts = partTypes(ticket).slice(before.parts.length)
  const topics = (await topicsOf(workspace, id)).slice(before.topics.length)
  return { ticket, parts, topics }
}

const NO_STATE = [
  ...[400, 'ticket_state_id_invalid', 'Ticket state id is not valid or is not associated with the ticket type'],
]
const NO_ASSIGNEE = [404, 'assignee_not_found', 'Assignee not found']

describe('a change is refused, and changes nothing,', () => {
  for (const [what, body, expected] of [
    ['for an unknown state', { ticket_state_id: '999999' }, NO_STATE],
    ['for a state that is no number', { ticket_state_id: 'resolved' }, NO_STATE],
    ['for state 0', { ticket_state_id: 0 }, NO_STATE],
    ['for a state of no type', { ticket_state_id: own.id }, NO_STATE],
    ['for an archived state', { ticket_state_id: gone.id }, NO_STATE],
    [
      'for the same state',
      { ticket_state_id: stateOf(customer, 'submitted'), admin_id, skip_notifications: true },
      [400, 'parameter_invalid', 'Cannot transition ticket to the same state'],
    ],
    ['for an unknown admin', { admin_id: 1, open: false }, NO_ASSIGNEE],
    ['for an empty admin', { admin_id: '', open: false }, NO_ASSIGNEE],
    ['for an unknown assignee', { assignee_id: '999999' }, NO_ASSIGNEE],
    ['for an assignee that is no number', { assignee_id: 'me' }, NO_ASSIGNEE],
    ['for an unknown company', { company_id: 'x' }, [404, 'company_not_found', 'Company Not Found']],
    [
      'for an unknown attribute',
      { ticket_attributes: { Colour: 'red' } },
      [400, 'parameter_invalid', 'Extra attributes provided that are not found on ticket type: Colour'],
    ],
    [
      'for a snooze that ends in the past',
      { snoozed_until: 1_700_000_000 },
      [400, 'parameter_invalid', 'snoozed_until must be in the future'],
    ],
    ['for open as a text', { open: 'perhaps' }, [400, 'parameter_invalid', 'open must be boolean']],
  ] as const)
    test(what, async () => {
      const ticket = await aTicket(customer)
      const beside = { is_shared: false, ticket_attributes: { _default_title_: 'Changed' } }
      const only = 'ticket_state_id' in body && 'admin_id' in body
      const answer = await call(`PUT /tickets/${ticket.id}`, only ? body : { ...beside, ...body })
      assert.deepEqual(refusal(answer), expected)
      assert.deepEqual(await show(ticket.id), ticket)
    })

  test('for the present assignee, also beside others', async () => {
    const ticket = await aTicket(customer, { assignment: { admin_assignee_id: admin_id } })
    const [status, code, message] = refusal(
      await call(`PUT /tickets/${ticket.id}`, { assignee_id: admin_id, is_shared: false }),
    )
    assert.deepEqual([status, code], [422, 'parameter_invalid'])
    assert.match(message, /already assigned to the specified assignee/)
    assert.deepEqual(await show(ticket.id), ticket)
  })
})

describe('a merged ticket, whose contacts are in the other conversation, refuses', () => {
  for (const [what, path, body] of [
    ['a state', '', { ticket_state_id: stateOf(customer, 'in_progress') }],
    ['a resolved state', '', { ticket_state_id: stateOf(customer, 'resolved') }],
    ['an attribute', '', { ticket_attributes: { Count: 2 } }],
    ['an attribute and a closing', '', { ticket_attributes: { Count: 2 }, open: false }],
    ['an attribute that is removed', '', { ticket_attributes: { _default_title_: null } }],
    ['an opening', '', { open: true }],
    ['an assignment', '', { assignee_id: admin_id }],
    ['a snooze', '', { snoozed_until: 4_000_000_000 }],
    ['sharing', '', { is_shared: false }],
    ['another type', '/change_type', { ticket_type_id: other.id, ticket_state_id: stateOf(other, 'submitted') }],
  ] as const)
    test(what, async () => {
      const attributes = { _default_title_: 'Twice', Count: 1 }
      const { id } = await aTicket(customer, { ticket_attributes: attributes })
      const primary = await aConversation()
      await ok(`POST /conversations/${id}/merge`, { merge_into_conversation_id: Number(primary) })
      const before = { ticket: await show(id), topics: await topicsOf(workspace, id) }
      const answer = await call(`${path ? 'POST' : 'PUT'} /tickets/${id}${path}`, body)
      const message = `The conversation was merged into conversation ${primary}`
      assert.deepEqual(refusal(answer), [422, 'parameter_invalid', message])
      assert.deepEqual({ ticket: await show(id), topics: await topicsOf(workspace, id) }, before)
      assert.equal(before.ticket.open, false)
    })
})

describe('a change', () => {
  const resolved = stateOf(customer, 'resolved')
  const ASSIGNED = ['ticket.admin.assigned']
  for (const [what, first, body, parts, topics] of [
    ['of nothing has no part', null, {}, [], []],
    ['of is_shared has no part', null, { is_shared: false }, [], []],
    [
      'to what is so already has no part',
      null,
      { open: true, is_shared: true, ticket_attributes: { Progress: null } },
      [],
      [],
    ],
    ['to nobody has no part if nobody has it', null, { assignee_id: '0' }, [], []],
    [
      'of a state',
      null,
      { ticket_state_id: stateOf(customer, 'in_progress') },
      ['ticket_state_updated_by_admin'],
      ['ticket.state.updated'],
    ],
    [
      'to resolved',
      null,
      { ticket_state_id: resolved },
      ['ticket_state_updated_by_admin'],
      ['ticket.state.updated', 'ticket.resolved'],
    ],
    [
      'of the same state beside others leaves the state out',
      null,
      { ticket_state_id: stateOf(customer, 'submitted'), ticket_attributes: { Count: 1 } },
      ['ticket_attribute_updated_by_admin'],
      ['ticket.attribute.updated'],
    ],
    ['of an admin', null, { assignee_id: admin_id }, ['assignment'], ASSIGNED],
    ['of a team', null, { assignee_id: team.id }, ['assignment'], ['ticket.team.assigned']],
    ['to nobody', { assignee_id: admin_id }, { assignee_id: 0 }, ['assignment'], ASSIGNED],
    [
      'to nobody, from a team',
      { assignee_id: team.id },
      { assignee_id: '0' },
      ['assignment'],
      ['ticket.team.assigned'],
    ],
    ['to snoozed', null, { snoozed_until: 2_000_000_000 }, ['snoozed'], []],
    ['to closed', null, { open: false }, ['close'], ['ticket.closed']],
    ['to closed of a snoozed one', { snoozed_until: 2_000_000_000 }, { open: false }, ['close'], ['ticket.closed']],
    ['to closed of a closed one', { open: false }, { open: false }, [], []],
    ['to open of a closed one', { open: false }, { open: true }, ['open'], []],
    ['of is_shared opens a closed one', { open: false }, { is_shared: false }, ['open'], []],
    [
      'of an attribute opens a closed one',
      { open: false },
      { ticket_attributes: { Count: 2 } },
      ['ticket_attribute_updated_by_admin'],
      ['ticket.attribute.updated'],
    ],
    ['of the assignee opens a closed one', { open: false }, { assignee_id: admin_id }, ['assignment'], ASSIGNED],
    [
      'of the assignee with open: false leaves a closed one closed',
      { open: false },
      { open: false, assignee_id: admin_id },
      ['assignment'],
      ASSIGNED,
    ],
    [
      'to nobody opens a closed one',
      { open: false, assignee_id: admin_id },
      { assignee_id: '0' },
      ['assignment', 'open'],
      ASSIGNED,
    ],
    [
      'of an attribute with open: false leaves a closed one closed',
      { open: false },
      { open: false, ticket_attributes: { Count: 2 } },
      ['ticket_attribute_updated_by_admin'],
      ['ticket.attribute.updated'],
    ],
  ] as [string, object | null, object, string[], string[]][])
    test(what, async () => {
      const effect = await effectOf(first, body)
      assert.deepEqual([effect.parts, effect.topics], [parts, topics])
      const is_closed = 'open' in body && body.open === false
      assert.equal(effect.ticket.open, !is_closed)
      if (is_closed) assert.equal('snoozed_until' in effect.ticket, false)
    })

  test('of many things leaves a part for each, in one order', async () => {
    const { ticket, parts } = await effectOf(null, {
      ticket_attributes: { Count: 3, _default_title_: 'New', Progress: fast.id },
      ...{ ticket_state_id: resolved, admin_id: Number(admin_id), assignee_id: ben!.id, open: true },
      ...{ snoozed_until: 2_000_000_000, is_shared: false },
    })
    assert.deepEqual(parts, [
      ...[
        'ticket_attribute_updated_by_admin',
        'ticket_attribute_updated_by_admin',
        'ticket_attribute_updated_by_admin',
      ],
      ...['ticket_state_updated_by_admin', 'assignment', 'snoozed'],
    ])
    const all = ticket.ticket_parts.ticket_parts
    assert.deepEqual(
      all.slice(1).map(({ author }: { author: { type: string } }) => author.type),
      ['bot', 'bot', 'bot', 'bot', 'admin', 'bot'],
    )
    const assignment = all.at(-2)
    assert.deepEqual([assignment.author.id, assignment.assigned_to], [admin_id, { type: 'admin', id: ben!.id }])
    assert.deepEqual(
      [ticket.admin_assignee_id, ticket.is_shared, ticket.open, ticket.snoozed_until, ticket.previous_ticket_state_id],
      [Number(ben!.id), false, true, 2_000_000_000, stateOf(customer, 'submitted')],
    )
    assert.deepEqual([all.at(-3).ticket_state, all.at(-3).previous_ticket_state], ['resolved', 'submitted'])
  })

  test('to nobody says so', async () => {
    const { id } = await aTicket(customer, { assignment: { admin_assignee_id: admin_id, team_assignee_id: team.id } })
    const ticket = await put(id, { assignee_id: '0' })
    assert.deepEqual([ticket.admin_assignee_id, ticket.team_assignee_id], [0, 0])
    assert.deepEqual(ticket.ticket_parts.ticket_parts.at(-1).assigned_to, { type: 'nobody_admin', id: null })
  })
})

describe('the part of an attribute', () => {
  const last = (ticket: Awaited<ReturnType<typeof show>>) =>
    ticket.ticket_parts.ticket_parts.at(-1).updated_attribute_data
  const of = (attribute: { id: string; name: string }) => ({
    type: 'attribute',
    id: attribute.id,
    label: attribute.name,
  })

  test('of a list has the item and the former one', async () => {
    const { id } = await aTicket(customer, { ticket_attributes: { Progress: slow.id } })
    assert.deepEqual(last(await put(id, { ticket_attributes: { Progress: fast.id } })), {
      ...{ attribute: of(progress), value: { type: 'value', id: fast.id, label: 'Fast', previous: 'Slow' } },
    })
    const cleared = await put(id, { ticket_attributes: { Progress: null } })
    assert.deepEqual(last(cleared).value, { type: 'value', id: null, label: '', previous: 'Fast' })
    assert.equal(cleared.ticket_attributes.Progress, null)
  })

  test('of files has their ids and names; a file that is replaced is removed', async () => {
    const file = (name: string) => ({ name, content_type: 'image/png', data: Buffer.from(name).toString('base64') })
    const { id } = await aTicket(customer, { ticket_attributes: { Photo: [file('a.png')] } })
    const ticket = await put(id, { ticket_attributes: { Photo: [file('b.png')] } })
    const { attribute, value } = last(ticket)
    assert.deepEqual([attribute, value.label, value.previous], [of(photo), ['b.png'], ['a.png']])
    assert.ok(Number.isInteger(value.id[0]))
    assert.equal(ticket.ticket_attributes.Photo[0].name, 'b.png')
    const { sql } = workspace
    const files = await sql<{ name: string }[]>`select name from attachments where workspace_id = ${workspace.id}`
    assert.deepEqual(
      files.map(({ name }) => name),
      ['b.png'],
    )
    await ok(`DELETE /tickets/${id}`)
    assert.equal((await sql`select from attachments where workspace_id = ${workspace.id}`).count, 0)
  })
})

describe('two changes at once', () => {
  test('of different things both happen', async () => {
    const { id } = await aTicket(customer)
    await Promise.all([
      put(id, { ticket_attributes: { Count: 1 } }),
      put(id, { ticket_attributes: { Progress: fast.id } }),
      put(id, { assignee_id: admin_id }),
      put(id, { ticket_state_id: stateOf(customer, 'resolved') }),
    ])
    const ticket = await show(id)
    assert.deepEqual(
      [
        ticket.ticket_attributes.Count,
        ticket.ticket_attributes.Progress,
        ticket.admin_assignee_id,
        ticket.ticket_state.category,
      ],
      [1, fast.id, Number(admin_id), 'resolved'],
    )
  })

  test('to the same state: one happens, the other is a 400', async () => {
    const { id } = await aTicket(customer)
    const body = { ticket_state_id: stateOf(customer, 'in_progress') }
    const answers = await Promise.all([1, 2, 3].map(() => call(`PUT /tickets/${id}`, body)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400])
    assert.equal((await show(id)).ticket_parts.total_count, 2)
  })
})
