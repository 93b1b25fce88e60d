// Data attributes: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const t = await testApp()

const create = (body: unknown, version?: string) => t.call('POST /data_attributes', body, version ? { version } : {})
const change = (id: unknown, body: unknown) => t.call(`PUT /data_attributes/${id}`, body)

const OPTIONS = [{ value: '1-10' }, { value: '11-20' }]
let made = 0
/** A list attribute with a unique name. */
const aList = async (more: object = {}) =>
  (await create({ name: `list ${++made}`, model: 'company', data_type: 'options', options: OPTIONS, ...more })).body

type Listed = { id?: number; name: string; model: string; custom: boolean; data_type: string }
const list = async (query = '', version?: string): Promise<Listed[]> =>
  (await t.call(`GET /data_attributes${query}`, undefined, version ? { version } : {})).body.data
const namesOf = (attributes: Listed[]) => attributes.map(({ name }) => name)

test('every operation needs a token', async () => {
  for (const route of ['GET /data_attributes', 'POST /data_attributes', 'PUT /data_attributes/1']) {
    const body = route.startsWith('GET') ? undefined : {}
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
  }
})

test('the error of a new attribute names the problem', async () => {
  await create({ name: 'The One Ring', model: 'company', data_type: 'string' })
  const wrong: [body: object, message: RegExp][] = [
    [{ description: 'Just a plain old ring', options: [{ value: '1-10' }] }, /^The Data Attribute model field must be/],
    [{ name: 'x', model: 'conversation', data_type: 'string' }, /^The Data Attribute model field must be/],
    [
      { name: 'The One Ring', model: 'contact', data_type: 'integer' },
      /^You already have 'The One Ring' in your company data. To save this as new people data, use a different name.$/,
    ],
    [
      { name: 'The One Ring', model: 'company', data_type: 'string' },
      /^You already have 'The One Ring' in your company data. To save this as new company data, use a different name.$/,
    ],
    [
      { name: '!nv@l!d n@me', model: 'company', data_type: 'string' },
      /^Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens$/,
    ],
    [{ name: 'a.b', model: 'company', data_type: 'string' }, /^Your name for this attribute/],
    [{ model: 'company', data_type: 'string' }, /name/],
    [{ name: 'x'.repeat(191), model: 'company', data_type: 'string' }, /name/],
    [{ name: 'Website', model: 'company', data_type: 'string' }, /is one of our standard attributes/],
    [{ name: 'The Second Ring', model: 'company', data_type: 'mithril' }, /^Data Type isn't an option$/],
    [{ name: 'The Second Ring', model: 'company' }, /^Data Type isn't an option$/],
    [{ name: 'x', model: 'company', data_type: 'options' }, /^Options isn't an array$/],
    [{ name: 'x', model: 'company', data_type: 'options', options: [{ value: 'a' }] }, /^You must have at least two/],
    [{ name: 'x', model: 'company', data_type: 'options', options: ['a', 'a'] }, /^You must have at least two/],
    [{ name: 'x', model: 'company', data_type: 'options', options: ['a', 7] }, /^Options must be texts/],
    [{ name: 'x', model: 'company', data_type: 'options', options: ['a', null] }, /^Options must be texts/],
    [{ name: 'x', model: 'company', data_type: 'boolean', options: OPTIONS }, /^Options can only be given/],
    [{ name: 7, model: 'company', data_type: 'string' }, /name/],
  ]
  for (const [body, message] of wrong) {
    const answer = await create(body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.equal(answer.body.errors[0].code, 'parameter_invalid')
    assert.match(answer.body.errors[0].message, message)
  }
})

test('of two simultaneous creates with one name, one succeeds and the other is refused', async () => {
  const answers = await Promise.all(
    ['contact', 'company', 'contact'].map((model) => create({ name: 'race', model, data_type: 'string' })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400])
})

test('the number of attributes of a model is limited', async () => {
  const { call, workspace } = await t.another()
  await workspace.sql`
    insert into data_attributes (workspace_id, model, name, label, data_type, created_at, updated_at)
    select ${workspace.id}, 'contact', 'n' || n, 'n' || n, 'string', now(), now() from generate_series(1, 250) n`
  const { status, body } = await call('POST /data_attributes', { name: 'x', model: 'contact', data_type: 'string' })
  assert.equal(status, 400)
  assert.equal(body.errors[0].code, 'custom_data_limit_reached')
  assert.equal((await call('POST /data_attributes', { name: 'x', model: 'company', data_type: 'string' })).status, 200)
})

test('an unknown attribute cannot be changed, nor one of another workspace', async () => {
  const other = await t.another()
  const { body: theirs } = await other.call('POST /data_attributes', {
    name: 'theirs',
    model: 'contact',
    data_type: 'string',
  })
  for (const id of [theirs.id, 999_999, 'nonsense', '99999999999999999999']) {
    const { status, body } = await change(id, { description: 'Mine now' })
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [
      { code: 'field_not_found', message: "We couldn't find that data attribute to update" },
    ])
  }
  const kept = (await other.call('GET /data_attributes')).body.data.find(({ id }: Listed) => id === theirs.id)
  assert.deepEqual(kept, theirs)
  assert.ok(!namesOf(await list()).includes('theirs'))
})

test('a wrong change is a 400 and changes nothing', async () => {
  const before = await aList()
  const wrong: [body: object, message: RegExp][] = [
    [{ description: 'Too few options', options: { value: '1-10' }, archived: false }, /^Options isn't an array$/],
    [{ options: [{ value: '1-10' }] }, /^You must have at least two options on a list type data attribute$/],
    [{ archived: 'yes' }, /archived/],
    [{ description: 7 }, /description/],
  ]
  for (const [body, message] of wrong) {
    const answer = await change(before.id, body)
    assert.equal(answer.status, 400)
    assert.match(answer.body.errors[0].message, message)
  }
  assert.deepEqual(
    (await list('?model=company')).find(({ id }) => id === before.id),
    before,
  )
  const { body: flag } = await create({ name: 'flag', model: 'contact', data_type: 'boolean' })
  assert.match((await change(flag.id, { options: OPTIONS })).body.errors[0].message, /^Options can only be given/)
})

test('an attribute is created with the given values', async () => {
  const { status, body } = await create({ name: 'Mithril Shirt', model: 'company', data_type: 'string' })
  assert.equal(status, 200)
  const { id, created_at, updated_at, ...rest } = body
  assert.ok(Number.isInteger(id))
  assert.equal(updated_at, created_at)
  assert.deepEqual(rest, {
    type: 'data_attribute',
    model: 'company',
    name: 'Mithril Shirt',
    full_name: 'custom_attributes.Mithril Shirt',
    label: 'Mithril Shirt',
    description: '',
    data_type: 'string',
    api_writable: true,
    messenger_writable: false,
    ui_writable: false,
    custom: true,
    archived: false,
    admin_id: t.created.admin_id,
  })
})

test('a list is a string with options, given as objects or as plain texts', async () => {
  for (const [data_type, options] of [
    ['options', OPTIONS],
    ['options', ['1-10', '11-20']],
    ['string', ['1-10', '11-20']],
  ]) {
    const body = await aList({ data_type, options })
    assert.deepEqual([body.data_type, body.options], ['string', ['1-10', '11-20']])
  }
})

test('everything that can be changed changes', async () => {
  const before = await aList()
  const changes = { description: 'How many', messenger_writable: true, options: [...OPTIONS, { value: '21-30' }] }
  const { status, body } = await change(before.id, { ...changes, name: 'ignored', data_type: 'integer' })
  assert.equal(status, 200)
  assert.deepEqual(body, {
    ...before,
    ...changes,
    options: ['1-10', '11-20', '21-30'],
    updated_at: body.updated_at,
  })
})

test('an archived attribute is listed only if requested, and its name stays reserved', async () => {
  const { id, name } = await aList()
  assert.equal((await change(id, { archived: true })).body.archived, true)
  assert.ok(!namesOf(await list()).includes(name))
  assert.ok(namesOf(await list('?include_archived=true')).includes(name))
  assert.equal((await create({ name, model: 'contact', data_type: 'string' })).status, 400)
  assert.equal((await change(id, { archived: false })).body.archived, false)
  assert.ok(namesOf(await list()).includes(name))
})

test('standard attributes come first and have no id', async () => {
  const attributes = await list('?model=contact')
  assert.ok(attributes.every(({ model }) => model === 'contact'))
  const standard = attributes.filter(({ custom }) => !custom)
  assert.ok(['name', 'email', 'external_id', 'last_seen_at'].every((name) => namesOf(standard).includes(name)))
  assert.ok(standard.every((attribute) => !('id' in attribute)))
  assert.equal((await t.call('GET /data_attributes?model=ticket')).status, 400)
})

test('since 2.16 attributes of conversations have a separate list', async () => {
  await t.call('POST /conversations/attributes', { name: 'mood', data_type: 'string' })
  const { status, body } = await t.call('GET /data_attributes?model=conversation')
  assert.equal(status, 422)
  assert.deepEqual(body.errors, [
    {
      code: 'parameter_invalid',
      message: 'model=conversation is no longer supported. Use GET /conversations/attributes instead',
    },
  ])
  assert.ok(!namesOf(await list()).includes('mood'))
  assert.deepEqual(namesOf(await list('?model=conversation', '2.6')), ['mood'])
  assert.ok(namesOf(await list('', '2.6')).includes('mood'))
})

test('up to 2.16 a time is called a date', async () => {
  const typeOf = async (version: string) =>
    (await list('?model=contact', version)).find(({ name }) => name === 'created_at')?.data_type
  assert.equal(await typeOf('Preview'), 'datetime')
  assert.equal(await typeOf('2.16'), 'date')
})

test('up to 2.10 a new attribute is messenger_writable by default', async () => {
  const messengerWritable = async (version: string, more: object = {}) =>
    (await create({ name: `list ${++made}`, model: 'contact', data_type: 'string', ...more }, version)).body
      .messenger_writable
  assert.equal(await messengerWritable('2.7'), true)
  assert.equal(await messengerWritable('2.7', { messenger_writable: false }), false)
  assert.equal(await messengerWritable('Preview'), false)
  assert.equal(await messengerWritable('Preview', { messenger_writable: true }), true)
})
