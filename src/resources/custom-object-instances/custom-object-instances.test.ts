// Custom objects: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { type Answer, testApp } from '../../../test/app.ts'

const t = await testApp()
const { call } = t

const TYPES = 'extensions/custom_object_types'
const ORDERS = 'custom_object_instances/Order'
const OF_ALL_TYPES = [
  { name: 'number', data_type: 'string' },
  { name: 'count', data_type: 'integer' },
  { name: 'total', data_type: 'decimal' },
  { name: 'paid', data_type: 'boolean' },
  { name: 'sent_at', data_type: 'datetime' },
  { name: 'state', data_type: 'list', options: ['open', 'shipped'] },
]
const RELATIONS = [
  { from: 'contact', attribute: 'order' },
  { from: 'contact', attribute: 'last_order', many: false },
  { from: 'conversation', attribute: 'order' },
  { from: 'ticket', attribute: 'order' },
]
await call(`POST /${TYPES}`, { identifier: 'Order', attributes: OF_ALL_TYPES, relations: RELATIONS })

const UNKNOWN_REFERENCE = [{ code: 'data_invalid', message: 'Invalid or duplicated record reference' }]
const NO_INSTANCE = [{ code: 'not_found', message: 'Custom object instance not found' }]
const noType = (name: string) => [{ code: 'not_found', message: `Custom object type \`${name}\` not found` }]

const outcome = ({ status, body }: Answer) => [status, body.errors?.[0].code, body.errors?.[0].message]

let made = 0
const anOrder = async (custom_attributes: object = {}): Promise<{ id: string; external_id: string }> =>
  (await call(`POST /${ORDERS}`, { external_id: `order ${++made}`, custom_attributes })).body
const aUser = async (more: object = {}): Promise<string> =>
  (await call('POST /contacts', { external_id: `user ${++made}`, ...more })).body.id
const refer = (contact: string, custom_attributes: object) => call(`PUT /contacts/${contact}`, { custom_attributes })
const idsIn = (list: { instances: { id: string }[] } | undefined) => list?.instances.map(({ id }) => id)
const ordersOf = async (contact: string) => idsIn((await call(`GET /contacts/${contact}`)).body.custom_attributes.order)

test('every operation needs a token', async () => {
  for (const route of [
    `GET /${ORDERS}`,
    `POST /${ORDERS}`,
    `DELETE /${ORDERS}`,
    `GET /${ORDERS}/1`,
    `DELETE /${ORDERS}/1`,
  ])
    assert.equal((await call(route, route.startsWith('P') ? {} : undefined, { token: null })).status, 401, route)
})

test('a limited token needs the scope', async () => {
  const token = newTokenText()
  const scopes = ['read_conversations']
  const { admin_id, id } = t.created
  await insertToken(t.database.sql, id, token, { name: 'Limited', admin_id, scopes }, new Date())
  const { status, body } = await call(`GET /${ORDERS}`, undefined, { token })
  assert.deepEqual([status, body.errors[0].code], [403, 'forbidden'])
})

test('an unknown type is a 404, also in another letter case, and so is one of another workspace', async () => {
  const other = await t.another()
  await other.call(`POST /${TYPES}`, { identifier: 'Theirs' })
  for (const name of ['order', 'ORDER', 'Unknown', 'Theirs'])
    for (const [route, body] of [
      [`POST /custom_object_instances/${name}`, { external_id: 'x' }],
      [`GET /custom_object_instances/${name}`],
      [`GET /custom_object_instances/${name}/1`],
      [`DELETE /custom_object_instances/${name}/1`],
      [`DELETE /custom_object_instances/${name}?external_id=x`],
    ] as [string, object?][])
      assert.deepEqual((await call(route, body)).body.errors, noType(name), route)
})

test('an unknown instance is a 404, and so is one of another workspace or type', async () => {
  const other = await t.another()
  await other.call(`POST /${TYPES}`, { identifier: 'Order' })
  const { body: theirs } = await other.call(`POST /${ORDERS}`, { external_id: 'theirs' })
  await call(`POST /${TYPES}`, { identifier: 'Other' })
  const { body: of_other } = await call('POST /custom_object_instances/Other', { external_id: 'other' })
  for (const id of ['999999', 'none', '99999999999999999999', theirs.id, 'theirs', of_other.id, 'other']) {
    assert.deepEqual((await call(`GET /${ORDERS}/${id}`)).body.errors, NO_INSTANCE, id)
    assert.deepEqual((await call(`GET /${ORDERS}?external_id=${id}`)).body.errors, NO_INSTANCE, id)
    assert.deepEqual((await call(`DELETE /${ORDERS}/${id}`)).body.errors, NO_INSTANCE, id)
    assert.deepEqual((await call(`DELETE /${ORDERS}?external_id=${id}`)).body.errors, NO_INSTANCE, id)
  }
  assert.equal((await other.call(`GET /${ORDERS}/${theirs.id}`)).status, 200)
})

test('a wrong instance is refused, and nothing is saved', async () => {
  const { total_count } = (await call(`GET /${ORDERS}`)).body
  const cases: [body: unknown, code: string, message: RegExp][] = [
    [{}, 'parameter_not_found', /external_id is required/],
    [undefined, 'parameter_invalid', /body/],
    [{ external_id: ' ' }, 'parameter_not_found', /external_id is required/],
    [{ external_id: 'x'.repeat(256) }, 'parameter_invalid', /external_id/],
    [{ external_id: 'x', external_created_at: 'today' }, 'parameter_invalid', /external_created_at/],
    [{ external_id: 'x', external_updated_at: -1 }, 'parameter_invalid', /external_updated_at/],
    [{ external_id: 'x', custom_attributes: [] }, 'parameter_invalid', /custom_attributes/],
    [{ external_id: 'x', custom_attributes: { colour: 'red' } }, 'parameter_invalid', /'colour' does not exist/],
    ...(
      [
        ['number', 7],
        ['count', 1.5],
        ['count', '1'],
        ['total', 'much'],
        ['paid', 'yes'],
        ['sent_at', 'soon'],
        ['state', 'lost'],
        ['state', ['open']],
      ] as const
    ).map(([name, value]): [unknown, string, RegExp] => [
      { external_id: 'x', custom_attributes: { [name]: value } },
      'parameter_invalid',
      new RegExp(`'${name}'`),
    ]),
  ]
  for (const [body, code, message] of cases) {
    const answer = await call(`POST /${ORDERS}`, body)
    assert.deepEqual([answer.status, answer.body.errors[0].code], [400, code], JSON.stringify(body))
    assert.match(answer.body.errors[0].message, message)
  }
  assert.equal((await call(`GET /${ORDERS}`)).body.total_count, total_count)
})

test('a wrong type is refused', async () => {
  await call('POST /data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
  const cases: [body: object, message: RegExp][] = [
    [{}, /identifier is required/],
    [{ identifier: 'with space' }, /identifier/],
    [{ identifier: '' }, /identifier/],
    [{ identifier: 'Order' }, /'Order' is taken/],
    [{ identifier: 'contact' }, /'contact' is reserved/],
    [{ identifier: 'A', attributes: [{ name: 'x', data_type: 'mithril' }] }, /data_type/],
    [{ identifier: 'A', name: ' ' }, /name/],
    [{ identifier: 'A', attributes: [{ name: ' ', data_type: 'string' }] }, /attributes.*name/],
    [{ identifier: 'A', attributes: [{ name: 'x', data_type: 'list', options: ['a', '\n'] }] }, /options/],
    [{ identifier: 'A', relations: [{ from: 'contact', attribute: '  ' }] }, /relations.*attribute/],
    [{ identifier: 'A', attributes: [{ name: 'x', data_type: 'list' }] }, /must have options/],
    [{ identifier: 'A', attributes: [{ name: 'x', data_type: 'string', options: ['a'] }] }, /must have options/],
    [{ identifier: 'A', attributes: [OF_ALL_TYPES[0], OF_ALL_TYPES[0]] }, /'number' is given twice/],
    [{ identifier: 'A', relations: [{ from: 'company', attribute: 'a' }] }, /relations.from/],
    [{ identifier: 'A', relations: [{ from: 'contact', attribute: 'order' }] }, /already an attribute/],
    [{ identifier: 'A', relations: [{ from: 'contact', attribute: 'plan' }] }, /already an attribute/],
    [{ identifier: 'A', relations: [{ from: 'Order', attribute: 'total' }] }, /already an attribute/],
  ]
  for (const [body, message] of cases) {
    const answer = await call(`POST /${TYPES}`, body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(answer.body.errors[0].message, message)
  }
  const retyped = [{ name: 'number', data_type: 'integer' }]
  assert.match(
    (await call(`PUT /${TYPES}/Order`, { attributes: retyped })).body.errors[0].message,
    /data type of 'number' cannot change/,
  )
  assert.equal((await call(`GET /${TYPES}/A`)).status, 404)
  assert.equal((await call(`PUT /${TYPES}/A`, {})).status, 404)
  assert.equal((await call(`DELETE /${TYPES}/order`)).status, 404)
})

test('below 2.16 the list takes an external id; from 2.16 it lists the newest first', async () => {
  const { call } = await t.another()
  await call(`POST /${TYPES}`, { identifier: 'Order' })
  for (const external_id of ['a', 'b', 'c']) await call(`POST /${ORDERS}`, { external_id })
  const old = await call(`GET /${ORDERS}`, undefined, { version: '2.14' })
  assert.deepEqual(outcome(old).slice(0, 2), [400, 'parameter_not_found'])
  assert.equal((await call(`GET /${ORDERS}?external_id=b`, undefined, { version: '2.14' })).body.external_id, 'b')
  assert.equal((await call(`GET /${ORDERS}?external_id=b`)).body.external_id, 'b')
  assert.equal((await call(`GET /${ORDERS}`, undefined, { version: '2.12' })).status, 400)

  const { body } = await call(`GET /${ORDERS}?per_page=2`)
  const externalIds = (data: { external_id: string }[]) => data.map(({ external_id }) => external_id)
  assert.deepEqual([body.type, body.total_count, externalIds(body.data)], ['list', 3, ['c', 'b']])
  assert.deepEqual([body.pages.page, body.pages.per_page, body.pages.total_pages], [1, 2, 2])
  const second = await call(`GET /${ORDERS}?per_page=2&page=2`)
  assert.deepEqual([externalIds(second.body.data), second.body.pages.next], [['a'], null])
  const next = await call(`GET ${body.pages.next}`)
  assert.deepEqual(externalIds(next.body.data), ['a'])
  assert.equal((await call(`GET /${ORDERS}?per_page=1000`)).body.pages.per_page, 150)
})

test('an instance is created, and changed by its external id: only what is given changes', async () => {
  const custom_attributes = { number: 'A-1', count: 2, total: 9.5, paid: false, sent_at: 1_700_000_000, state: 'open' }
  const created = await call(`POST /${ORDERS}`, {
    ...{ external_id: 'a/1', external_created_at: 1_392_036_272, custom_attributes },
  })
  const { id, created_at, updated_at, ...shown } = created.body
  assert.equal(created.status, 200)
  assert.deepEqual(shown, {
    ...{ type: 'Order', external_id: 'a/1', external_created_at: 1_392_036_272, external_updated_at: null },
    custom_attributes,
  })
  assert.equal(created_at, updated_at)
  const changes = { state: 'shipped', paid: null }
  const changed = await call(`POST /${ORDERS}`, { external_id: 'a/1', custom_attributes: changes })
  const { paid: _, ...kept } = custom_attributes
  assert.deepEqual(changed.body.custom_attributes, { ...kept, state: 'shipped' })
  assert.deepEqual([changed.body.id, changed.body.external_created_at], [id, 1_392_036_272])
  assert.deepEqual((await call(`GET /${ORDERS}/${id}`)).body, changed.body)
  assert.deepEqual((await call(`GET /${ORDERS}/a%2F1`)).body, changed.body)

  const numbered = await call(`POST /${ORDERS}`, { external_id: 77_001 })
  assert.equal(numbered.body.external_id, '77001')
})

test('simultaneous requests for one external id make one instance', async () => {
  const answers = await Promise.all(
    [1, 2, 3, 4].map((count) => call(`POST /${ORDERS}`, { external_id: 'race', custom_attributes: { count } })),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
})

test('a wrong reference of a contact is refused, and nothing changes', async () => {
  const [first, second] = [await anOrder(), await anOrder()]
  const contact = await aUser()
  await refer(contact, { order: [first.id] })
  const cases: [value: unknown, status: number][] = [
    [['999999'], 422],
    [[first.id, first.id], 422],
    [[first.id, first.external_id], 422],
    [[first.id, 'none'], 422],
    ['text', 400],
    [7, 400],
    [{ id: first.id }, 400],
    [[{}], 400],
    [[''], 400],
    [Array(101).fill(first.id), 400],
  ]
  for (const [value, status] of cases) {
    const answer = await refer(contact, { order: value, plan: 'changed' })
    assert.equal(answer.status, status, JSON.stringify(value))
    if (status === 422) assert.deepEqual(answer.body.errors, UNKNOWN_REFERENCE)
  }
  assert.equal((await refer(contact, { last_order: [first.id, second.id] })).status, 422)
  assert.deepEqual(await ordersOf(contact), [first.id])
  assert.equal((await call('POST /contacts', { role: 'lead', custom_attributes: { order: ['none'] } })).status, 422)
})

test('a contact refers to instances by ids and external ids; a list replaces the one before', async () => {
  const [first, second, third] = [await anOrder({ number: 'A' }), await anOrder(), await anOrder()]
  const contact = await aUser({
    custom_attributes: { order: [first.id, second.external_id], last_order: [Number(third.id)] },
  })
  const shown = (await call(`GET /contacts/${contact}`)).body.custom_attributes
  assert.equal(shown.order.type, 'order.list')
  assert.deepEqual(shown.order.instances[0], (await call(`GET /${ORDERS}/${first.id}`)).body)
  assert.deepEqual([idsIn(shown.order), idsIn(shown.last_order)], [[first.id, second.id], [third.id]])

  const found = await call('POST /contacts/search', { query: { field: 'id', operator: '=', value: contact } })
  assert.deepEqual(found.body.data[0].custom_attributes, shown)
  const by_order = { field: 'custom_attributes.order', operator: '=', value: first.id }
  assert.equal((await call('POST /contacts/search', { query: by_order })).status, 400)

  await refer(contact, { order: [third.id, first.id] })
  assert.deepEqual(await ordersOf(contact), [first.id, third.id])
  const listed = await call(`GET /${ORDERS}?references_contact_id=${contact}`)
  assert.deepEqual(idsIn({ instances: listed.body.data }), [third.id, first.id])
  assert.deepEqual((await call(`GET /${ORDERS}?references_contact_id=none`)).body.data, [])

  await refer(contact, { order: [] })
  assert.deepEqual(
    [await ordersOf(contact), (await refer(contact, { last_order: null })).body.custom_attributes],
    [undefined, {}],
  )
})

test('conversations and tickets refer to instances, without a part', async () => {
  const [first, second] = [await anOrder(), await anOrder()]
  const contact = await aUser()
  const from = { type: 'user', id: contact }
  const { conversation_id } = (await call('POST /conversations', { from, body: 'Where is it?' })).body
  assert.equal(
    (await call(`PUT /conversations/${conversation_id}`, { custom_attributes: { order: ['none'] } })).status,
    422,
  )
  const put = await call(`PUT /conversations/${conversation_id}`, { custom_attributes: { order: [first.id] } })
  assert.deepEqual([put.status, put.body.conversation_parts.total_count], [200, 0])
  assert.deepEqual(idsIn(put.body.custom_attributes.order), [first.id])
  const query = { field: 'id', operator: '=', value: conversation_id }
  const { body: search } = await call('POST /conversations/search', { query })
  assert.deepEqual(search.conversations[0].custom_attributes, put.body.custom_attributes)

  const { id: ticket_type_id } = (await call('POST /ticket_types', { name: 'Return', category: 'Customer' })).body
  const ticket = await call('POST /tickets', {
    ...{ ticket_type_id, contacts: [{ id: contact }], ticket_attributes: { _default_title_: 'x', order: [first.id] } },
  })
  assert.deepEqual([ticket.status, idsIn(ticket.body.ticket_attributes.order)], [200, [first.id]])
  const changed = await call(`PUT /tickets/${ticket.body.id}`, { ticket_attributes: { order: [second.external_id] } })
  assert.deepEqual(idsIn(changed.body.ticket_attributes.order), [second.id])
  const of_ticket = await call(`GET /${ORDERS}?references_conversation_id=${ticket.body.id}`)
  assert.deepEqual(idsIn({ instances: of_ticket.body.data }), [second.id])

  await call(`DELETE /conversations/${conversation_id}`)
  assert.deepEqual((await call(`GET /${ORDERS}?references_conversation_id=${conversation_id}`)).body.data, [])
})

test('a relationship of conversations refers to the instances of its type', async () => {
  const order = await anOrder()
  const reference = { type: 'one', object_type_id: 'Order' }
  await call('POST /conversations/attributes', { name: 'Bought', data_type: 'relationship', reference })
  const from = { type: 'user', id: await aUser() }
  const { conversation_id } = (await call('POST /conversations', { from, body: 'Hi' })).body
  const { body } = await call(`PUT /conversations/${conversation_id}`, { custom_attributes: { Bought: [order.id] } })
  assert.deepEqual(idsIn(body.custom_attributes.Bought), [order.id])
  const taken = { identifier: 'B', relations: [{ from: 'conversation', attribute: 'Bought' }] }
  assert.equal((await call(`POST /${TYPES}`, taken)).status, 400)
})

test('instances refer to those of other types, and of their own', async () => {
  const relations = [
    { from: 'Order', attribute: 'parcel' },
    { from: 'Parcel', attribute: 'part_of', many: false },
  ]
  const type = await call(`POST /${TYPES}`, { identifier: 'Parcel', relations })
  assert.equal(type.status, 200)
  const parcels = 'custom_object_instances/Parcel'
  const whole = (await call(`POST /${parcels}`, { external_id: 'whole' })).body
  const part = (await call(`POST /${parcels}`, { external_id: 'part', custom_attributes: { part_of: ['whole'] } })).body
  assert.deepEqual(idsIn(part.custom_attributes.part_of), [whole.id])
  const order = await anOrder({ parcel: [whole.id, 'part'] })
  const shown = (await call(`GET /${ORDERS}/${order.id}`)).body
  assert.deepEqual(idsIn(shown.custom_attributes.parcel), [whole.id, part.id])
  assert.equal(
    (await call(`POST /${ORDERS}`, { external_id: 'x', custom_attributes: { parcel: ['none'] } })).status,
    422,
  )
  assert.equal((await call(`GET /${ORDERS}/x`)).status, 404)

  await call(`DELETE /${parcels}/${part.id}`)
  assert.deepEqual(idsIn((await call(`GET /${ORDERS}/${order.id}`)).body.custom_attributes.parcel), [whole.id])
  await call(`DELETE /${ORDERS}/${order.id}`)
  const left = await t.database.sql`
    select from custom_object_references where object_type = 'instance' and object_id = ${order.id}`
  assert.equal(left.count, 0)
})

test('a deleted instance, relation or type leaves no reference', async () => {
  const { call } = await t.another()
  await call(`POST /${TYPES}`, { identifier: 'Order', relations: RELATIONS })
  for (const external_id of ['a', 'b']) await call(`POST /${ORDERS}`, { external_id })
  const { id } = (
    await call('POST /contacts', { external_id: '1', custom_attributes: { order: ['a', 'b'], last_order: ['b'] } })
  ).body
  const shown = async () => (await call(`GET /contacts/${id}`)).body.custom_attributes
  const gone = await call(`DELETE /${ORDERS}?external_id=a`)
  assert.deepEqual(gone.body, { id: gone.body.id, object: 'Order', deleted: true })
  assert.deepEqual([idsIn((await shown()).order)?.length, idsIn((await shown()).last_order)?.length], [1, 1])
  await call(`PUT /${TYPES}/Order`, { relations: RELATIONS.slice(0, 1) })
  assert.deepEqual(Object.keys(await shown()), ['order'])
  assert.equal((await call(`PUT /contacts/${id}`, { custom_attributes: { last_order: ['b'] } })).status, 400)
  assert.equal((await call(`DELETE /${TYPES}/Order`)).status, 204)
  assert.deepEqual(await shown(), {})
})

test('a removed attribute of a type takes its values with it', async () => {
  const { call } = await t.another()
  await call(`POST /${TYPES}`, { identifier: 'Order', attributes: OF_ALL_TYPES })
  await call(`POST /${ORDERS}`, { external_id: 'a', custom_attributes: { number: '1', count: 1 } })
  await call(`PUT /${TYPES}/Order`, { name: 'Orders', attributes: OF_ALL_TYPES.slice(1) })
  assert.deepEqual((await call(`GET /${ORDERS}/a`)).body.custom_attributes, { count: 1 })
  await call(`PUT /${TYPES}/Order`, { attributes: OF_ALL_TYPES })
  assert.deepEqual((await call(`GET /${ORDERS}/a`)).body.custom_attributes, { count: 1 })
})

test('a merge moves references; an archived contact keeps them, a deleted one does not', async () => {
  const [first, second, third] = [await anOrder(), await anOrder(), await anOrder()]
  const email = 'merged@example.org'
  const into = await aUser({ email, custom_attributes: { order: [first.id], last_order: [first.id] } })
  const lead = (await call('POST /contacts', { role: 'lead', email })).body.id
  await refer(lead, { order: [first.id, second.id], last_order: [third.id] })
  assert.equal((await call('POST /contacts/merge', { from: lead, into })).status, 200)
  const merged = (await call(`GET /contacts/${into}`)).body.custom_attributes
  assert.deepEqual([idsIn(merged.order), idsIn(merged.last_order)], [[first.id, second.id], [first.id]])
  assert.deepEqual((await call(`GET /${ORDERS}?references_contact_id=${lead}`)).body.data, [])

  await call(`POST /contacts/${into}/archive`)
  await call(`POST /contacts/${into}/unarchive`)
  assert.deepEqual(await ordersOf(into), [first.id, second.id])
  await call(`DELETE /contacts/${into}`)
  assert.deepEqual((await call(`GET /${ORDERS}?references_contact_id=${into}`)).body.data, [])
})
