// Custom attributes of a conversation: set, shown and searched. Sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'

const t = await testApp({ largest: 1024 })
const joe = await aContact(t.workspace, { name: 'Joe' })

const PATH = '/conversations/attributes'
const define = async (name: string, data_type: string, more: object = {}) =>
  (await t.call(`POST ${PATH}`, { name, data_type, ...more })).body
const list = (name: string, ...labels: string[]) =>
  define(name, 'list', { options: labels.map((label) => ({ label })) })

await define('note', 'string')
await define('story', 'string', { multiline: true })
await define('seats', 'integer')
await define('stars', 'decimal')
await define('paid', 'boolean')
await define('due', 'datetime')
await define('photos', 'files')
await define('order', 'relationship', { reference: { type: 'many', object_type_id: 'Order' } })
const topic = await list('topic', 'Billing', 'Shipping', 'Old')
await t.call(`DELETE ${PATH}/${topic.id}/options/${topic.options[2].id}`)
const gone = await define('gone', 'string')
await t.call(`DELETE ${PATH}/${gone.id}`)

const begin = async (): Promise<string> =>
  (await t.call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })).body.conversation_id
const set = (id: string, custom_attributes: unknown, options = {}) =>
  t.call(`PUT /conversations/${id}`, { custom_attributes }, options)
const show = async (id: string) => (await t.call(`GET /conversations/${id}`)).body

type Part = { part_type: string; event_details: object; author: { type: string } }
const partsIn = ({ conversation_parts }: { conversation_parts: { conversation_parts: Part[] } }) =>
  conversation_parts.conversation_parts

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a wrong value is a 400 that names the attribute, and nothing changes', async () => {
  const id = await begin()
  await set(id, { note: 'kept', topic: 'Billing' })
  const before = await show(id)
  const short = 'must be a text of at most 255 characters'
  const time = 'must be a time in Unix seconds or ISO 8601'
  const files = 'must be a list of at most 10 files, each with a name, and a url or data in base64'
  const wrong: [name: string, value: unknown, problem: string][] = [
    ['unknown', 'x', 'does not exist'],
    ['unknown', null, 'does not exist'],
    ['Note', 'x', 'does not exist'],
    ['gone', 'x', 'does not exist'],
    ['gone', null, 'does not exist'],
    ['__proto', 'x', 'does not exist'],
    ['note', 7, short],
    ['note', true, short],
    ['note', ['x'], short],
    ['note', { x: 1 }, short],
    ['note', 'x'.repeat(256), short],
    ['story', 'x'.repeat(10_001), 'must be a text of at most 10000 characters'],
    ['seats', 'many', 'must be an integer'],
    ['seats', '3', 'must be an integer'],
    ['seats', 1.5, 'must be an integer'],
    ['seats', 2 ** 53, 'must be an integer'],
    ['stars', '4.5', 'must be a number'],
    ['stars', true, 'must be a number'],
    ['paid', 'true', 'must be true or false'],
    ['paid', 1, 'must be true or false'],
    ['due', 1_700_000_000_000, time],
    ['due', 1.5, time],
    ['due', 'tomorrow', time],
    ['due', '2023-13-01', time],
    ['due', '04/03/2023', time],
    ['topic', 'billing', "has no option 'billing'"],
    ['topic', '', "has no option ''"],
    ['topic', 'Old', "has no option 'Old'"],
    ['topic', topic.options[2].id, `has no option '${topic.options[2].id}'`],
    ['topic', 7, "has no option '7'"],
    ['topic', ['Billing'], "has no option '[…]'"],
    ['photos', 'a.png', files],
    ['photos', [], files],
    ['photos', [{}], files],
    ['photos', [{ name: 'a.png' }], files],
    ['photos', [{ name: '', url: 'https://a.example/a.png' }], files],
    ['photos', [{ name: 'a.png', url: 'ftp://a.example/a.png' }], files],
    ['photos', [{ name: 'a.png', url: 'https://a.example/a.png', data: base64('x') }], files],
    ['photos', Array(11).fill({ name: 'a.png', data: base64('x') }), files],
    ['order', ['1'], 'cannot have a value: there are no custom objects'],
  ]
  for (const [name, value, problem] of wrong) {
    const { status, body } = await set(id, { note: 'changed', [name]: value })
    const message = `Custom attribute '${name}' ${problem}`
    assert.deepEqual([status, body.errors], [400, [{ code: 'parameter_invalid', message }]])
  }
  for (const [data, message] of [
    ['not base64!', 'custom_attributes.photos.0.data must be the file in base64'],
    [base64('x'.repeat(1025)), 'custom_attributes.photos.0.data must be a file of at most'],
  ]) {
    const { status, body } = await set(id, { photos: [{ name: 'a.txt', data }] })
    assert.equal(status, 400)
    assert.ok(body.errors[0].message.startsWith(message), body.errors[0].message)
  }
  for (const given of ['note', ['note'], 7]) assert.equal((await set(id, given)).status, 400)
  assert.deepEqual(await show(id), before)
})

test('each type is stored and shown, and each change leaves one part by the bot', async () => {
  const id = await begin()
  const given = { note: 'x', story: 'a\nb', seats: -3, stars: 4.5, paid: false, due: 1_677_923_174, topic: 'Billing' }
  const { status, body } = await set(id, given)
  assert.equal(status, 200)
  assert.deepEqual(body.custom_attributes, given)
  assert.deepEqual(
    partsIn(body).map(({ part_type, event_details, author }) => [part_type, event_details, author.type]),
    Object.entries(given).map(([name, value]) => [
      'conversation_attribute_updated_by_admin',
      { attribute: { name }, value: { name: String(value), previous: null } },
      'bot',
    ]),
  )
  assert.ok(body.updated_at >= body.created_at)
  const { body: next } = await set(id, { ...given, seats: 4, topic: 'Shipping' })
  assert.deepEqual(
    partsIn(next).map(({ event_details }) => event_details),
    [
      { attribute: { name: 'seats' }, value: { name: '4', previous: '-3' } },
      { attribute: { name: 'topic' }, value: { name: 'Shipping', previous: 'Billing' } },
    ],
  )
  assert.deepEqual(next.custom_attributes, { ...given, seats: 4, topic: 'Shipping' })
  assert.deepEqual((await show(id)).custom_attributes, next.custom_attributes)
})

test('null clears, and the others stay; what does not change leaves no part', async () => {
  const id = await begin()
  await set(id, { note: 'x', seats: 3, topic: 'Billing' })
  const { body } = await set(id, { note: null, seats: 3, paid: null, topic: topic.options[0].id })
  assert.deepEqual(body.custom_attributes, { seats: 3, topic: 'Billing' })
  assert.deepEqual(
    partsIn(body).map(({ event_details }) => event_details),
    [{ attribute: { name: 'note' }, value: { name: '', previous: 'x' } }],
  )
  assert.equal((await set(id, {})).body.conversation_parts.total_count, 0)
  assert.deepEqual(await topicsOf(t.workspace, id), ['conversation.user.created'])
})

test('a time is given in Unix seconds or ISO 8601', async () => {
  const id = await begin()
  for (const [given, seconds] of [
    ['2023-03-04T09:46:14Z', 1_677_923_174],
    ['2023-03-04T10:46:14+01:00', 1_677_923_174],
    ['2023-03-04T09:46:14.500Z', 1_677_923_174],
    ['2023-03-04T09:46:14', 1_677_923_174],
    ['2023-03-04', 1_677_888_000],
    [0, 0],
    [-1, -1],
  ])
    assert.equal((await set(id, { due: given })).body.custom_attributes.due, seconds, String(given))
})

test('before 2.15 the part has no previous value', async () => {
  const id = await begin()
  for (const [version, value] of [
    ['2.14', 'a'],
    ['2.11', 'b'],
  ]) {
    const { body } = await set(id, { note: value }, { version })
    assert.deepEqual(partsIn(body)[0]?.event_details, { attribute: { name: 'note' }, value: { name: value } })
  }
  const { body } = await set(id, { note: 'c' }, { version: '2.15' })
  assert.deepEqual(partsIn(body)[0]?.event_details, {
    attribute: { name: 'note' },
    value: { name: 'c', previous: 'b' },
  })
})

test('files are given with their bytes or a URL, and shown with links', async () => {
  const id = await begin()
  const { body } = await set(id, {
    photos: [
      { name: 'a.txt', data: base64('Hello'), content_type: 'text/plain' },
      { name: 'b.png', url: 'https://a.example/x/y.png' },
    ],
  })
  const [first, second] = body.custom_attributes.photos
  assert.deepEqual([first.type, first.name, first.content_type, first.filesize], ['upload', 'a.txt', 'text/plain', 5])
  assert.equal(
    (await t.call(`GET ${first.url.replace(/^https?:\/\/[^/]+/, '')}`, undefined, { token: null })).text,
    'Hello',
  )
  assert.deepEqual([second.name, second.url], ['b.png', 'https://a.example/x/y.png'])
  assert.deepEqual(partsIn(body)[0]?.event_details, {
    attribute: { name: 'photos' },
    value: { name: 'a.txt, b.png', previous: null },
  })
  const names = async () => (await t.database.sql`select name from attachments order by name`).map(({ name }) => name)
  assert.deepEqual(await names(), ['a.txt', 'y.png'])
  const { body: replaced } = await set(id, { photos: [{ name: 'c.txt', data: base64('Bye') }] })
  assert.deepEqual(
    replaced.custom_attributes.photos.map(({ name }: { name: string }) => name),
    ['c.txt'],
  )
  assert.deepEqual(await names(), ['c.txt'])
  const { body: cleared } = await set(id, { photos: null })
  assert.deepEqual(await names(), [])
  assert.deepEqual(cleared.custom_attributes, {})
  assert.equal(partsIn(cleared).length, 1)
})

test('renaming an attribute or an option is seen at once; archiving hides the attribute, and keeps the option', async () => {
  const id = await begin()
  const size = await list('size', 'Small', 'Large', 'Huge')
  await set(id, { size: 'Small' })
  const option = `${PATH}/${size.id}/options/${size.options[0].id}`
  await t.call(`PUT ${option}`, { label: 'Tiny' })
  await t.call(`PUT ${PATH}/${size.id}`, { name: 'parcel' })
  assert.deepEqual((await show(id)).custom_attributes, { parcel: 'Tiny' })
  await t.call(`DELETE ${option}`)
  assert.deepEqual((await show(id)).custom_attributes, { parcel: 'Tiny' })
  assert.equal((await set(id, { parcel: 'Tiny' })).status, 400)
  await t.call(`DELETE ${PATH}/${size.id}`)
  await define('parcel', 'integer')
  assert.deepEqual((await show(id)).custom_attributes, {})
  const { body } = await set(id, { parcel: 7 })
  assert.deepEqual(body.custom_attributes, { parcel: 7 })
  const { body: listed } = await t.call('GET /conversations?per_page=150')
  const found = listed.conversations.find((one: { id: string }) => one.id === id)
  assert.deepEqual(found.custom_attributes, { parcel: 7 })
})

test('a search of a name finds nothing of the attribute that had it before', async () => {
  const id = await begin()
  const { id: former } = await define('code', 'string')
  await set(id, { code: 'x' })
  const query = { field: 'custom_attributes.code', operator: '=', value: 'x' }
  const total = async () => (await t.call('POST /conversations/search', { query })).body.total_count
  assert.deepEqual([await total(), await total()], [1, 1])
  await t.call(`DELETE ${PATH}/${former}`)
  await define('code', 'string')
  assert.equal(await total(), 0)
})

test('two simultaneous changes of different attributes are both kept', async () => {
  const id = await begin()
  await Promise.all([set(id, { note: 'x' }), set(id, { seats: 3 }), set(id, { paid: true })])
  assert.deepEqual((await show(id)).custom_attributes, { note: 'x', seats: 3, paid: true })
})

test('a search compares labels, and sorts by them', async () => {
  const kind = await list('kind', 'Zebra', 'Apple', 'Apple pie', 'Quince')
  const ids: Record<string, string> = {}
  for (const label of ['Zebra', 'Apple', 'Apple pie', 'Quince']) {
    const id = await begin()
    ids[id] = label
    await set(id, { kind: label, stars: label.length, due: `2023-01-0${label.length - 4}` })
  }
  const unset = await begin()
  ids[unset] = 'none'
  const option = kind.options[3].id
  await t.call(`DELETE ${PATH}/${kind.id}/options/${option}`)
  const ask = async (query: object, more: object = {}): Promise<string[]> => {
    const { status, body } = await t.call('POST /conversations/search', { query, ...more })
    assert.equal(status, 200, JSON.stringify(body))
    return body.conversations.flatMap(({ id }: { id: string }) => ids[id] ?? [])
  }
  const field = 'custom_attributes.kind'
  const all = ['Apple', 'Apple pie', 'Quince', 'Zebra', 'none']
  const cases: [operator: string, value: unknown, found: string[]][] = [
    ['=', 'Apple', ['Apple']],
    ['=', 'apple', []],
    ['=', 'Pear', []],
    ['=', 'Quince', ['Quince']],
    ['!=', 'Apple', ['Apple pie', 'Quince', 'Zebra', 'none']],
    ['!=', 'Pear', all],
    ['IN', ['Apple', 'Zebra', 'Pear'], ['Apple', 'Zebra']],
    ['NIN', ['Apple', 'Zebra'], ['Apple pie', 'Quince', 'none']],
    ['~', 'e p', ['Apple pie']],
    ['!~', 'Apple', ['Quince', 'Zebra', 'none']],
    ['^', 'Apple', ['Apple', 'Apple pie']],
    ['$', 'e', ['Apple', 'Apple pie', 'Quince']],
    ['=', null, ['none']],
    ['!=', null, ['Apple', 'Apple pie', 'Quince', 'Zebra']],
  ]
  for (const [operator, value, expected] of cases) {
    const found = await ask({
      operator: 'AND',
      value: [
        { field, operator, value },
        { field: 'id', operator: 'IN', value: Object.keys(ids) },
      ],
    })
    assert.deepEqual(found.sort(), expected, `${operator} ${JSON.stringify(value)}`)
  }
  const sort = { field, order: 'ascending' }
  assert.deepEqual(await ask({ field: 'id', operator: 'IN', value: Object.keys(ids) }, { sort }), [
    'none',
    ...all.slice(0, 4),
  ])
  assert.deepEqual(await ask({ field: 'custom_attributes.stars', operator: '>', value: 8 }), ['Apple pie'])
  const on_first = await ask({ field: 'custom_attributes.due', operator: '=', value: 1_672_531_200 })
  assert.deepEqual(on_first.sort(), ['Apple', 'Zebra'])
  for (const name of ['photos', 'order', 'gone', 'unknown']) {
    const query = { field: `custom_attributes.${name}`, operator: '=', value: 'x' }
    const { status, body } = await t.call('POST /conversations/search', { query })
    assert.deepEqual([status, body.errors[0].code], [400, 'invalid_field'])
  }
  const wrong = await t.call('POST /conversations/search', { query: { field, operator: '=', value: { a: 1 } } })
  assert.deepEqual([wrong.status, wrong.body.errors[0].code], [400, 'invalid_value'])
  assert.equal(
    (await t.call('POST /conversations/search', { query: { field, operator: '>', value: 'A' } })).status,
    400,
  )
})
