// The attributes of ticket types: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, testApp } from '../../../../test/app.ts'

const t = await testApp()
const { sql } = t.database

type Item = { id: string; name: string; archived: boolean }

const aType = async (name = 'Bug'): Promise<string> => (await t.call('POST /ticket_types', { name })).body.id
const type_id = await aType()
const create = (body: object, type = type_id) => t.call(`POST /ticket_types/${type}/attributes`, body)
const change = (id: string, body: object, type = type_id) => t.call(`PUT /ticket_types/${type}/attributes/${id}`, body)
const attributesOf = async (type: string) =>
  (await t.call(`GET /ticket_types/${type}`)).body.ticket_type_attributes.data as Record<string, unknown>[]

let made = 0
const anAttribute = (rest: object = {}, type = type_id) =>
  create({ name: `attribute ${++made}`, description: '', data_type: 'string', ...rest }, type)
const aList = async (list_items: string): Promise<string> =>
  (await anAttribute({ data_type: 'list', list_items })).body.id
const itemsOf = ({ body }: Answer) =>
  (body.input_options.items as Item[]).map(({ name, archived }) => (archived ? `(${name})` : name))

const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

test('an attribute of another type, or of another workspace, is a 404', async () => {
  const other = await t.another()
  const their_type = (await other.call('POST /ticket_types', { name: 'Theirs' })).body
  const [their_title] = their_type.ticket_type_attributes.data
  const another_type = await aType('Another')
  const { id } = (await anAttribute()).body
  const refused: [type: string, id: string][] = [
    [type_id, their_title.id],
    [their_type.id, their_title.id],
    [their_type.id, id],
    [another_type, id],
    [type_id, '0'],
    [type_id, '99999999999999999999'],
    [type_id, '_default_title_'],
    [type_id, '-1'],
    ['nonsense', id],
    ['0', id],
  ]
  for (const [type, attribute] of refused) {
    const answer = await change(attribute, { description: 'Mine' }, type)
    assert.deepEqual([answer.status, answer.body.errors], [404, NOT_FOUND], `${type} ${attribute}`)
  }
  const created = await create({ name: 'Mine', description: '', data_type: 'string' }, their_type.id)
  assert.deepEqual([created.status, created.body.errors], [404, NOT_FOUND])
  assert.deepEqual((await other.call(`GET /ticket_types/${their_type.id}`)).body, their_type)
})

test('a wrong attribute is a 400 that names the field, and nothing is created', async () => {
  const type = await aType('Strict')
  await create({ name: 'Taken', description: '', data_type: 'string' }, type)
  const before = await attributesOf(type)
  const base = { name: 'A name', description: 'A description', data_type: 'string' }
  const list = { ...base, data_type: 'list' }
  const wrong: [body: object, message: RegExp][] = [
    [{ description: '', data_type: 'string' }, /^name is required/],
    [{ name: 'A name', data_type: 'string' }, /^description is required/],
    [{ name: 'A name', description: '' }, /^data_type is required/],
    [{ ...base, name: '' }, /^name /],
    [{ ...base, name: ' ' }, /^name /],
    [{ ...base, name: null }, /^name /],
    [{ ...base, name: 'x'.repeat(191) }, /^name /],
    [{ ...base, name: 'Taken' }, /^name 'Taken' is that of another attribute of the ticket type$/],
    [{ ...base, name: ' Taken ' }, /^name 'Taken' is that of another attribute/],
    [{ ...base, name: '_default_title_' }, /^name '_default_title_' is that of another attribute/],
    [{ ...base, description: null }, /^description /],
    [{ ...base, description: 'x'.repeat(2049) }, /^description /],
    [{ ...base, data_type: 'text' }, /^data_type must be one of string, list, integer/],
    [{ ...base, data_type: 'relationship' }, /^data_type must be one of/],
    [{ ...base, multiline: 'yes' }, /^multiline /],
    [{ ...base, required_to_create: 1 }, /^required_to_create /],
    [{ ...base, visible_to_contacts: 'no' }, /^visible_to_contacts /],
    [list, /^list_items is required for a list$/],
    [{ ...list, list_items: ['Low', 'High'] }, /^list_items /],
    [{ ...list, list_items: '' }, /^list_items must name at least one item$/],
    [{ ...list, list_items: ' , ,,' }, /^list_items must name at least one item$/],
    [{ ...list, list_items: 'Low,High, Low' }, /^list_items names 'Low' twice$/],
    [{ ...list, list_items: 'x'.repeat(256) }, /^list_items must not name items of more than 255 characters$/],
    [{ ...list, list_items: Array.from({ length: 251 }, (_, n) => n).join() }, /more than 250 items$/],
  ]
  for (const [body, message] of wrong) {
    const answer = await create(body, type)
    assert.equal(answer.status, 400, JSON.stringify(body).slice(0, 200))
    assert.match(answer.body.errors[0].message, message)
    const is_missing = / is required/.test(answer.body.errors[0].message)
    assert.equal(answer.body.errors[0].code, is_missing ? 'parameter_not_found' : 'parameter_invalid')
  }
  assert.deepEqual(await attributesOf(type), before)
})

test('the title and the description can be neither archived nor renamed; what they need can change', async () => {
  const [title, description] = (await attributesOf(type_id)) as [{ id: string }, { id: string }]
  const wrong: [id: string, body: object, message: string][] = [
    [title.id, { name: 'Title' }, 'name of the default attribute _default_title_ cannot change'],
    [title.id, { archived: true }, 'archived cannot be true for the default attribute _default_title_'],
    [title.id, { multiline: true }, 'multiline of the default attribute _default_title_ cannot change'],
    [description.id, { name: 'Text' }, 'name of the default attribute _default_description_ cannot change'],
    [description.id, { archived: true }, 'archived cannot be true for the default attribute _default_description_'],
    [description.id, { multiline: false }, 'multiline of the default attribute _default_description_ cannot change'],
  ]
  for (const [id, body, message] of wrong) {
    const answer = await change(id, body)
    assert.deepEqual([answer.status, answer.body.errors], [400, [{ code: 'parameter_invalid', message }]])
  }
  const changes = { name: '_default_title_', archived: false, required_to_create: true, visible_to_contacts: false }
  const { status, body } = await change(title.id, { ...changes, description: 'In a few words' })
  assert.equal(status, 200)
  assert.deepEqual(body, {
    ...title,
    ...{ required_to_create: true, visible_to_contacts: false, description: 'In a few words' },
    updated_at: body.updated_at,
  })
})

test('each data type has its own input options, and an attribute comes after those before it', async () => {
  const type = await aType('All types')
  const all = { multiline: true, list_items: 'Low, High ,,Ünïcode 👍', allow_multiple_values: true }
  const expected: [data_type: string, input_options: object | null][] = [
    ['string', { multiline: true }],
    ['list', {}],
    ['integer', null],
    ['decimal', null],
    ['boolean', null],
    ['datetime', null],
    ['files', { allow_multiple_values: true }],
  ]
  for (const [n, [data_type, input_options]] of expected.entries()) {
    const answer = await anAttribute({ data_type, ...all }, type)
    const { body } = answer
    assert.equal(answer.status, 200, data_type)
    if (data_type === 'list') {
      assert.deepEqual(itemsOf(answer), ['Low', 'High', 'Ünïcode 👍'])
      for (const { id } of body.input_options.items) assert.match(id, /^[0-9a-f-]{36}$/)
    } else assert.deepEqual(body.input_options, input_options)
    const { id, name, created_at } = body
    assert.deepEqual(body, {
      ...{ type: 'ticket_type_attribute', id, workspace_id: t.created.id, name, description: '', data_type },
      ...{ input_options: body.input_options, order: n + 2, required_to_create: false },
      ...{ required_to_create_for_contacts: false, visible_on_create: true, visible_to_contacts: true, default: false },
      ...{ ticket_type_id: Number(type), archived: false, created_at, updated_at: created_at },
    })
  }
  const listed = await attributesOf(type)
  assert.deepEqual(
    listed.map(({ order }) => order),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  )
  assert.deepEqual(
    listed.slice(2).map(({ data_type }) => data_type),
    expected.map(([data_type]) => data_type),
  )
})

test('what can change changes; the data type is ignored, like options of other types', async () => {
  const { body } = await anAttribute({ multiline: true })
  const steps: [changes: object, expected: object][] = [
    [{ name: ' Renamed ' }, { name: 'Renamed' }],
    [{ description: 'New' }, { description: 'New' }],
    [{ required_to_create: true }, { required_to_create: true }],
    [{ required_to_create_for_contacts: true }, { required_to_create_for_contacts: true }],
    [{ visible_on_create: false }, { visible_on_create: false }],
    [{ visible_to_contacts: false }, { visible_to_contacts: false }],
    [{ multiline: false }, { input_options: { multiline: false } }],
    [{ data_type: 'integer', list_items: 'Low,High', allow_multiple_values: true }, {}],
    [{ archived: true }, { archived: true }],
    [{ archived: false }, { archived: false }],
    [{}, {}],
  ]
  let expected = body
  for (const [changes, difference] of steps) {
    const changed = await change(body.id, changes)
    assert.equal(changed.status, 200, JSON.stringify(changes))
    expected = { ...expected, ...difference, updated_at: changed.body.updated_at }
    assert.deepEqual(changed.body, expected)
  }
  assert.deepEqual(
    (await attributesOf(type_id)).find(({ id }) => id === body.id),
    expected,
  )
})

test('new items of a list: equal names keep their ids, others are archived and come back with their ids', async () => {
  const id = await aList('Low,High')
  const first = await change(id, {})
  const idOf = ({ body }: Answer, name: string) =>
    body.input_options.items.find((item: Item) => item.name === name)?.id as string
  const steps: [list_items: string, items: string[]][] = [
    ['High,Urgent', ['High', 'Urgent', '(Low)']],
    ['Urgent', ['Urgent', '(High)', '(Low)']],
    ['Low,Urgent,low', ['Low', 'Urgent', 'low', '(High)']],
    ['Low,High', ['Low', 'High', '(Urgent)', '(low)']],
  ]
  for (const [list_items, items] of steps) {
    const changed = await change(id, { list_items })
    assert.deepEqual(itemsOf(changed), items)
    assert.equal(idOf(changed, 'Low'), idOf(first, 'Low'))
    assert.equal(idOf(changed, 'High'), idOf(first, 'High'))
  }
  assert.equal((await change(id, { list_items: '' })).status, 400)
  assert.deepEqual(itemsOf(await change(id, { name: 'Kept' })), ['Low', 'High', '(Urgent)', '(low)'])
})

test('a list keeps at most 1000 items, archived ones included', async () => {
  const id = await aList('Low,High')
  const named = (from: number) => Array.from({ length: 250 }, (_, n) => `item ${from + n}`).join()
  for (const from of [0, 250, 500]) assert.equal((await change(id, { list_items: named(from) })).status, 200)
  const refused = await change(id, { list_items: named(750) })
  assert.equal(refused.status, 400)
  assert.match(refused.body.errors[0].message, /^list_items must not have more than 1000 items/)
  assert.equal((await change(id, { list_items: named(0) })).status, 200)
})

test('an archived attribute leaves its name to another one, and cannot come back while that has it', async () => {
  const { id, name } = (await anAttribute()).body
  assert.equal((await change(id, { archived: true })).body.archived, true)
  const second = await anAttribute({ name })
  assert.equal(second.status, 200)
  const refused = await change(id, { archived: false })
  assert.deepEqual(refused.body.errors, [
    { code: 'parameter_invalid', message: `name '${name}' is that of another attribute of the ticket type` },
  ])
  assert.equal((await change(id, { archived: false, name: `${name} again` })).status, 200)
  assert.equal((await change(second.body.id, { name: `${name} again` })).status, 400)
  const elsewhere = await aType('Elsewhere')
  assert.equal((await anAttribute({ name }, elsewhere)).status, 200)
})

test('names that JavaScript objects have are names like others', async () => {
  const type = await aType('Odd names')
  for (const name of [
    'constructor',
    'toString',
    'hasOwnProperty',
    'a.b$c',
    'ﬁ',
    '👩‍👩‍👧',
    "Robert'); drop table",
    '<b>',
  ])
    assert.equal((await create({ name, description: '', data_type: 'string' }, type)).body.name, name)
})

test('of simultaneous creates with one name, one succeeds; all have different places in the order', async () => {
  const type = await aType('At once')
  const same = await Promise.all(
    [1, 2, 3].map(() => create({ name: 'One', description: '', data_type: 'string' }, type)),
  )
  assert.deepEqual(same.map(({ status }) => status).toSorted(), [200, 400, 400])
  const others = await Promise.all([1, 2, 3].map(() => anAttribute({}, type)))
  assert.deepEqual(others.map(({ body }) => body.order).toSorted(), [3, 4, 5])
})

test('all types together have at most 2000 attributes, and their lists 5000 items', async () => {
  const other = await t.another('Full')
  const { id } = (await other.call('POST /ticket_types', { name: 'First' })).body
  const { id: second } = (await other.call('POST /ticket_types', { name: 'Second' })).body
  const at = new Date()
  const add = (body: object, type = id) =>
    other.call(`POST /ticket_types/${type}/attributes`, { description: '', ...body })
  const items = JSON.stringify(Array.from({ length: 999 }, (_, n) => ({ id: String(n), name: `${n}`, archived: true })))
  await sql`
    insert into ticket_type_attributes
      (workspace_id, ticket_type_id, name, data_type, options, position, created_at, updated_at)
    select ${other.created.id}, ${second}, 'List ' || n, 'list', ${items}::text::jsonb, n, ${at}, ${at} from generate_series(2, 6) n`
  const list = await add({ name: 'Fits', data_type: 'list', list_items: 'a,b' })
  assert.equal(list.status, 200)
  const refused = await add({ name: 'More', data_type: 'list', list_items: 'a,b,c,d' })
  const message = 'list_items must not have more items: all lists together can have 5000, archived ones included'
  assert.deepEqual(refused.body.errors, [{ code: 'parameter_invalid', message }])
  const path = `PUT /ticket_types/${id}/attributes/${list.body.id}`
  assert.equal((await other.call(path, { list_items: 'a,b,c,d,e,f' })).status, 400)
  assert.equal((await other.call(path, { list_items: 'a,c,d,e' })).status, 200)
  assert.equal((await other.call(path, { list_items: 'b,a' })).status, 200)
  await sql`
    insert into ticket_type_attributes (workspace_id, ticket_type_id, name, data_type, position, created_at, updated_at)
    select ${other.created.id}, ${second}, 'Attribute ' || n, 'string', n, ${at}, ${at} from generate_series(1, 1989) n`
  assert.equal((await add({ name: 'Last', data_type: 'string' })).status, 200)
  const full = await add({ name: 'One more', data_type: 'string' })
  assert.match(full.body.errors[0].message, /^The ticket types have 2000 attributes, archived ones included/)
})

test('a type has at most 100 attributes, archived ones included', async () => {
  const type = await aType('Full')
  const at = new Date()
  await sql`
    insert into ticket_type_attributes
      (workspace_id, ticket_type_id, name, data_type, position, archived, created_at, updated_at)
    select ${t.created.id}, ${type}, 'Attribute ' || n, 'string', n, n % 2 = 0, ${at}, ${at} from generate_series(2, 98) n`
  assert.equal((await anAttribute({}, type)).status, 200)
  const refused = await anAttribute({}, type)
  assert.equal(refused.status, 400)
  assert.equal(
    refused.body.errors[0].message,
    'The ticket type has 100 attributes, archived ones included, which is the limit',
  )
})
