// Ticket types: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { sql } = t.database

const PATH = '/ticket_types'
const create = (body: object, options = {}) => t.call(`POST ${PATH}`, body, options)
const change = (id: string, body: object, options = {}) => t.call(`PUT ${PATH}/${id}`, body, options)
const show = (id: string, version = 'Preview') => t.call(`GET ${PATH}/${id}`, undefined, { version })

const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

test('every operation needs a token with its scope, and exists since 2.9', async () => {
  const text = newTokenText()
  const { admin_id } = t.created
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  const routes: [string, object?][] = [
    [`GET ${PATH}`],
    [`POST ${PATH}`, {}],
    [`GET ${PATH}/1`],
    [`PUT ${PATH}/1`, {}],
    [`POST ${PATH}/1/attributes`, {}],
    [`PUT ${PATH}/1/attributes/1`, {}],
  ]
  for (const [route, body] of routes) {
    const refused = await t.call(route, body, { token: null })
    assert.equal(refused.status, 401, route)
    assert.deepEqual(refused.body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    const older = await t.call(route, body, { version: '2.8' })
    assert.equal(older.status, 400, route)
    assert.equal(older.body.errors[0].code, 'intercom_version_invalid')
  }
})

test('a type that does not exist, or is of another workspace, is a 404', async () => {
  const other = await t.another()
  const theirs = (await other.call(`POST ${PATH}`, { name: 'Theirs' })).body
  for (const id of [theirs.id, '0', '999999', 'nonsense', '99999999999999999999', '-1', '1e3']) {
    for (const answer of [await show(id), await change(id, { name: 'Mine' })]) {
      assert.deepEqual([answer.status, answer.body.errors], [404, NOT_FOUND], id)
    }
  }
  assert.deepEqual((await other.call(`GET ${PATH}`)).body.data, [theirs])
  assert.ok(!(await t.call(`GET ${PATH}`)).body.data.some(({ id }: { id: string }) => id === theirs.id))
})

test('a wrong type is a 400 that names the field, and nothing is created or changed', async () => {
  const wrong: [body: object, code: string, field: string][] = [
    [{}, 'parameter_not_found', 'name'],
    [{ name: null }, 'parameter_invalid', 'name'],
    [{ name: '' }, 'parameter_invalid', 'name'],
    [{ name: ' \t ' }, 'parameter_invalid', 'name'],
    [{ name: 7 }, 'parameter_invalid', 'name'],
    [{ name: ['Bug'] }, 'parameter_invalid', 'name'],
    [{ name: 'x'.repeat(256) }, 'parameter_invalid', 'name'],
    [{ name: 'Bug', description: 'x'.repeat(2049) }, 'parameter_invalid', 'description'],
    [{ name: 'Bug', description: null }, 'parameter_invalid', 'description'],
    [{ name: 'Bug', description: 7 }, 'parameter_invalid', 'description'],
    [{ name: 'Bug', category: 'customer' }, 'parameter_invalid', 'category'],
    [{ name: 'Bug', category: 'Backoffice' }, 'parameter_invalid', 'category'],
    [{ name: 'Bug', category: null }, 'parameter_invalid', 'category'],
    [{ name: 'Bug', icon: '' }, 'parameter_invalid', 'icon'],
    [{ name: 'Bug', icon: '🐞'.repeat(65) }, 'parameter_invalid', 'icon'],
    [{ name: 'Bug', is_internal: 'yes' }, 'parameter_invalid', 'is_internal'],
  ]
  const { id } = (await create({ name: 'Stays' })).body
  const before = (await t.call(`GET ${PATH}`)).body
  for (const [body, code, field] of wrong) {
    const answer = await create(body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.equal(answer.body.errors[0].code, code, JSON.stringify(body))
    assert.match(answer.body.errors[0].message, new RegExp(`^${field} `))
    if (code === 'parameter_invalid') assert.equal((await change(id, body)).status, 400, JSON.stringify(body))
  }
  assert.equal((await change(id, { archived: 'yes' })).status, 400)
  assert.deepEqual((await t.call(`GET ${PATH}`)).body, before)
})

test('a new type has the two default attributes and the four default states', async () => {
  const { status, body } = await create({ name: ' Bug ', description: 'For bugs', icon: '🐞', category: 'Tracker' })
  assert.equal(status, 200)
  const { ticket_type_attributes, ticket_states, ...type } = body
  const { id, created_at } = body
  assert.deepEqual(type, {
    ...{ type: 'ticket_type', id, category: 'Tracker', name: 'Bug', description: 'For bugs', icon: '🐞' },
    ...{ workspace_id: t.created.id, is_internal: false, archived: false, created_at, updated_at: created_at },
  })
  const [title, description] = ticket_type_attributes.data
  const common = {
    ...{ type: 'ticket_type_attribute', workspace_id: t.created.id, description: '', data_type: 'string' },
    ...{ required_to_create: false, required_to_create_for_contacts: false, visible_on_create: true },
    ...{ visible_to_contacts: true, default: true, ticket_type_id: Number(id), archived: false, created_at },
    updated_at: created_at,
  }
  assert.deepEqual(ticket_type_attributes.data, [
    { ...common, id: title.id, name: '_default_title_', input_options: { multiline: false }, order: 0 },
    { ...common, id: description.id, name: '_default_description_', input_options: { multiline: true }, order: 1 },
  ])
  assert.deepEqual(ticket_type_attributes.ticket_type_attributes, ticket_type_attributes.data)
  const labels = [
    ['submitted', 'Submitted', 'Submitted'],
    ['in_progress', 'In progress', 'In progress'],
    ['waiting_on_customer', 'Waiting on customer', 'Waiting on you'],
    ['resolved', 'Resolved', 'Resolved'],
  ]
  assert.deepEqual(
    ticket_states.data.map(({ category, internal_label, external_label }: Record<string, string>) => [
      ...[category, internal_label, external_label],
    ]),
    labels,
  )
  assert.deepEqual((await show(id)).body, body)
})

test('a type that a request names only has the defaults; a request changes what it names', async () => {
  const { body } = await create({ name: 'Question' })
  assert.deepEqual(
    [body.category, body.description, body.icon, body.is_internal, body.archived],
    ['Customer', '', '🎟️', false, false],
  )
  const steps: [changes: object, key: string, value: unknown][] = [
    [{ name: ' Ask ' }, 'name', 'Ask'],
    [{ description: 'Anything' }, 'description', 'Anything'],
    [{ description: '' }, 'description', ''],
    [{ icon: '❓' }, 'icon', '❓'],
    [{ category: 'Back-office' }, 'category', 'Back-office'],
    [{ is_internal: true }, 'is_internal', true],
    [{ archived: true }, 'archived', true],
    [{ archived: false }, 'archived', false],
    [{}, 'name', 'Ask'],
    [{ name: '𝕌𝕟𝕚 👩‍👩‍👧 العربية' }, 'name', '𝕌𝕟𝕚 👩‍👩‍👧 العربية'],
  ]
  let expected = body
  for (const [changes, key, value] of steps) {
    const changed = await change(body.id, changes)
    assert.equal(changed.status, 200, JSON.stringify(changes))
    expected = { ...expected, [key]: value, updated_at: changed.body.updated_at }
    assert.deepEqual(changed.body, expected)
  }
  assert.deepEqual((await show(body.id)).body, expected)
})

test('an archived type is still listed, and cannot be archived by creating it', async () => {
  const { body } = await create({ name: 'Old', archived: true })
  assert.equal(body.archived, false)
  await change(body.id, { archived: true })
  const listed = (await t.call(`GET ${PATH}`)).body.data
  assert.deepEqual(
    listed.filter(({ id }: { id: string }) => id === body.id).map(({ archived }: { archived: boolean }) => archived),
    [true],
  )
  const ids = listed.map(({ id }: { id: string }) => Number(id))
  assert.deepEqual(
    ids,
    ids.toSorted((a: number, b: number) => a - b),
  )
})

test('the category cannot change once there are tickets of the type', async () => {
  const { id, ticket_states } = (await create({ name: 'Used' })).body
  await aTicket(t, id, ticket_states.data[0].id)
  const refused = await change(id, { category: 'Tracker' })
  assert.equal(refused.status, 400)
  assert.deepEqual(refused.body.errors, [
    { code: 'parameter_invalid', message: 'category cannot change, because there are tickets of this type' },
  ])
  assert.equal((await change(id, { category: 'Customer', name: 'In use' })).body.name, 'In use')
})

test('before 2.12 types have no states and are also listed as ticket_types; before 2.10 they have no category', async () => {
  const { id } = (await create({ name: 'Old version', category: 'Tracker' })).body
  const categories: [version: string, category: unknown][] = [
    ['2.12', 'Tracker'],
    ['2.11', 'Tracker'],
    ['2.10', 'Tracker'],
    ['2.9', undefined],
  ]
  for (const [version, category] of categories) {
    const { body } = await show(id, version)
    assert.equal(body.category, category, version)
    assert.equal('ticket_states' in body, version === '2.12', version)
    const list = (await t.call(`GET ${PATH}`, undefined, { version })).body
    assert.deepEqual(list.ticket_types, version === '2.12' ? undefined : list.data, version)
    assert.deepEqual(list.data.at(-1), body)
  }
  const ignored = await create({ name: 'Before 2.10', category: 'Tracker' }, { version: '2.9' })
  assert.equal((await show(ignored.body.id)).body.category, 'Customer')
  await change(id, { category: 'Back-office' }, { version: '2.9' })
  assert.equal((await show(id)).body.category, 'Tracker')
})

test('a reset removes types and tickets, and keeps the states; with its workspace, all is removed', async () => {
  const other = await t.another('Reset')
  const { id, ticket_states } = (await other.call(`POST ${PATH}`, { name: 'Gone' })).body
  await aTicket(other, id, ticket_states.data[0].id)
  assert.equal((await other.call('POST /extensions/sandbox/reset')).status, 200)
  assert.deepEqual((await other.call(`GET ${PATH}`)).body, { type: 'list', data: [] })
  const { body } = await other.call(`POST ${PATH}`, { name: 'After' })
  assert.equal(body.ticket_states.data.length, 4)
  await aTicket(other, body.id, body.ticket_states.data[0].id)
  assert.equal((await t.call(`DELETE /extensions/workspaces/${other.created.id}`)).status, 200)
  for (const table of ['ticket_types', 'ticket_states', 'ticket_type_states', 'conversations'])
    assert.equal((await sql`select from ${sql(table)} where workspace_id = ${other.created.id}`).count, 0, table)
})

test('simultaneous changes of different fields are all kept', async () => {
  const { id } = (await create({ name: 'Busy' })).body
  const changes = [{ name: 'Busy too' }, { icon: '🔥' }, { is_internal: true }, { description: 'Everyone at once' }]
  const answers = await Promise.all(changes.map((body) => change(id, body)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    changes.map(() => 200),
  )
  const { name, icon, is_internal, description } = (await show(id)).body
  assert.deepEqual({ name, icon, is_internal, description }, Object.assign({}, ...changes))
})

test('there are at most 200 types, archived ones included, however many requests come at once', async () => {
  const other = await t.another('Full')
  const at = new Date()
  await sql`
    insert into ticket_types (workspace_id, name, archived, created_at, updated_at)
    select ${other.created.id}, 'Type ' || n, n % 2 = 0, ${at}, ${at} from generate_series(1, 198) n`
  const answers = await Promise.all([1, 2, 3, 4].map((n) => other.call(`POST ${PATH}`, { name: `Last ${n}` })))
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 200, 400, 400])
  const refused = answers.find(({ status }) => status === 400)
  assert.equal(
    refused?.body.errors[0].message,
    'There are 200 ticket types, archived ones included, which is the limit',
  )
})

type Caller = Pick<typeof t, 'call' | 'created'>

/** Makes a conversation a ticket. */
async function aTicket({ call, created }: Caller, type_id: string, state_id: string): Promise<void> {
  const { id } = (await call('POST /contacts', { role: 'lead' })).body
  const { body } = await call('POST /conversations', { from: { type: 'lead', id }, body: 'Hello' })
  await sql`update conversations set ticket_type_id = ${type_id}, ticket_state_id = ${state_id}
    where workspace_id = ${created.id} and id = ${body.conversation_id}`
}
