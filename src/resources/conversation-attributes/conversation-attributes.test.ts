// Conversation attributes and their options: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { sql } = t.database

type Attribute = { id: number; name: string; options: { id: string; label: string; archived: boolean }[] }

const PATH = '/conversations/attributes'
const create = (body: object, options = {}) => t.call(`POST ${PATH}`, body, options)
const change = (id: unknown, body: object) => t.call(`PUT ${PATH}/${id}`, body)
const archive = (id: unknown) => t.call(`DELETE ${PATH}/${id}`)
const show = (id: unknown) => t.call(`GET ${PATH}/${id}`)
const labelled = (...labels: unknown[]) => labels.map((label) => ({ label }))

let made = 0
const named = () => `attribute ${++made}`
const aList = async (...labels: string[]): Promise<Attribute> =>
  (await create({ name: named(), data_type: 'list', options: labelled(...labels) })).body
const onOption = (method: string, { id }: Attribute, option: string, body?: object) =>
  t.call(`${method} ${PATH}/${id}/options/${option}`, body)
const labelsOf = ({ options }: Attribute) => options.map(({ label, archived }) => (archived ? `(${label})` : label))

const NO_ATTRIBUTE = [{ code: 'conversation_attribute_not_found', message: 'Conversation attribute not found' }]
const NO_OPTION = [{ code: 'conversation_attribute_not_found', message: 'List option not found' }]

const ROUTES: [string, object?][] = [
  [`GET ${PATH}`],
  [`POST ${PATH}`, {}],
  [`GET ${PATH}/1`],
  [`PUT ${PATH}/1`, {}],
  [`DELETE ${PATH}/1`],
  [`POST ${PATH}/1/options`, {}],
  [`PUT ${PATH}/1/options/x`, {}],
  [`DELETE ${PATH}/1/options/x`],
]

test('every operation needs a token with its scope, and exists since 2.16', async () => {
  const text = newTokenText()
  const { admin_id } = t.created
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  for (const [route, body] of ROUTES) {
    const refused = await t.call(route, body, { token: null })
    assert.equal(refused.status, 401, route)
    assert.deepEqual(refused.body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    assert.ok([400, 404].includes((await t.call(route, body, { version: '2.15' })).status), route)
  }
})

test('an attribute that does not exist, or is of another workspace, is a 404', async () => {
  const other = await t.another()
  const theirs = await other.call(`POST ${PATH}`, { name: 'theirs', data_type: 'list', options: labelled('a', 'b') })
  for (const id of [theirs.body.id, 0, 999_999, 'nonsense', '99999999999999999999', '-1']) {
    const calls: [string, object?][] = [
      [`GET ${PATH}/${id}`],
      [`PUT ${PATH}/${id}`, { name: 'mine' }],
      [`DELETE ${PATH}/${id}`],
      [`POST ${PATH}/${id}/options`, { label: 'c' }],
      [`PUT ${PATH}/${id}/options/${theirs.body.options[0].id}`, { label: 'c' }],
      [`DELETE ${PATH}/${id}/options/${theirs.body.options[0].id}`],
    ]
    for (const [route, body] of calls) {
      const answer = await t.call(route, body)
      assert.deepEqual([answer.status, answer.body.errors], [404, NO_ATTRIBUTE], route)
    }
  }
  assert.deepEqual((await other.call(`GET ${PATH}`)).body.data, [theirs.body])
})

test('a wrong new attribute is refused, and the error names what is wrong', async () => {
  await create({ name: 'taken', data_type: 'string' })
  const TYPES = 'Allowed types: string, integer, list, decimal, boolean, datetime, relationship, files'
  const wrong: [body: object, message: string][] = [
    [{ data_type: 'string' }, 'name is required'],
    [{ name: null, data_type: 'string' }, 'name is required'],
    [{ name: '  ', data_type: 'string' }, 'name is required'],
    [{ name: 7, data_type: 'string' }, 'name must be a string'],
    [{ name: 'a.b', data_type: 'string' }, 'name must not contain dots, dollar signs or control characters'],
    [{ name: 'a$', data_type: 'string' }, 'name must not contain dots, dollar signs or control characters'],
    [{ name: 'a\tb', data_type: 'string' }, 'name must not contain dots, dollar signs or control characters'],
    [{ name: 'x'.repeat(191), data_type: 'string' }, 'name must not be longer than 190 characters'],
    [{ name: 'taken', data_type: 'integer' }, "There is a conversation attribute with the name 'taken' already"],
    [{ name: 'n' }, 'data_type is required'],
    [{ name: 'n', data_type: 'invalid_type' }, `data_type 'invalid_type' is not valid. ${TYPES}`],
    [{ name: 'n', data_type: 'float' }, `data_type 'float' is not valid. ${TYPES}`],
    [{ name: 'n', data_type: 7 }, `data_type '7' is not valid. ${TYPES}`],
    [{ name: 'n', data_type: 'relationship' }, 'reference is required for a relationship'],
    [{ name: 'n', data_type: 'string', options: labelled('a', 'b') }, 'Options can only be managed on list attributes'],
    [{ name: 'n', data_type: 'list' }, 'A list attribute must have at least 2 active options'],
    [{ name: 'n', data_type: 'list', options: 'a' }, 'options must be an array'],
    [{ name: 'n', data_type: 'list', options: labelled('a') }, 'A list attribute must have at least 2 active options'],
    [{ name: 'n', data_type: 'list', options: labelled('a', 7) }, 'label must be a string'],
    [{ name: 'n', data_type: 'list', options: labelled('a', ' ') }, 'label is required'],
    [{ name: 'n', data_type: 'list', options: ['a', 'b'] }, 'label is required'],
    [{ name: 'n', data_type: 'list', options: [{ label: 'a', id: 'x' }, { label: 'b' }] }, "only 'label' is accepted"],
    [
      { name: 'n', data_type: 'list', options: labelled('a', ' a') },
      "label 'a' is already the label of another option",
    ],
    [
      { name: 'n', data_type: 'list', options: labelled(...Array.from({ length: 251 }, (_, n) => `o${n}`)) },
      'A list attribute must not have more than 250 options',
    ],
  ]
  for (const [body, message] of wrong) {
    const answer = await create(body)
    assert.deepEqual([answer.status, answer.body.errors], [422, [{ code: 'parameter_invalid', message }]])
  }
  const not_checked_here = [{ description: 7 }, { required: 'yes' }, { multiline: 1 }, { visible_to_team_ids: 'all' }]
  for (const body of not_checked_here) {
    const answer = await create({ name: 'n', data_type: 'string', ...body })
    assert.equal(answer.status, 400)
    assert.match(answer.body.errors[0].message, new RegExp(Object.keys(body)[0] as string))
  }
  assert.equal((await create({ name: 'n', data_type: 'string', visible_to_team_ids: [1] })).status, 404)
})

test('the number of attributes is limited; archived ones do not count', async () => {
  const { call, workspace } = await t.another()
  await sql`
    insert into conversation_attributes (workspace_id, name, data_type, admin_id, created_at, updated_at)
    select ${workspace.id}, 'n' || n, 'string', ${workspace.admin_id}, now(), now() from generate_series(1, 250) n`
  const { status, body } = await call(`POST ${PATH}`, { name: 'x', data_type: 'string' })
  assert.deepEqual([status, body.errors[0].message], [422, 'There are 250 conversation attributes already'])
  await call(`DELETE ${PATH}/${(await call(`GET ${PATH}`)).body.data[0].id}`)
  assert.equal((await call(`POST ${PATH}`, { name: 'x', data_type: 'string' })).status, 200)
})

test('of simultaneous creates with one name, one succeeds', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => create({ name: 'race', data_type: 'string' })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422])
})

test('each type shows its own properties', async () => {
  const shown = async (body: object) => {
    const { status, body: created } = await create({ name: named(), ...body })
    assert.equal(status, 200)
    assert.deepEqual((await show(created.id)).body, created)
    const { id, name, created_at, updated_at, ...rest } = created
    assert.ok(Number.isInteger(id) && created_at === updated_at)
    return rest
  }
  const base = {
    type: 'conversation_attribute',
    description: '',
    required: false,
    visible_to_team_ids: [],
    archived: false,
    admin_id: t.created.admin_id,
  }
  for (const data_type of ['integer', 'decimal', 'boolean', 'datetime', 'files'])
    assert.deepEqual(await shown({ data_type, multiline: true, reference: { type: 'one' } }), { ...base, data_type })
  assert.deepEqual(await shown({ data_type: 'string' }), { ...base, data_type: 'string', multiline: false })
  assert.equal((await shown({ data_type: 'string', multiline: true })).multiline, true)
  const reference = { type: 'many', object_type_id: 'Test_Object' }
  assert.deepEqual(await shown({ data_type: 'relationship', reference }), {
    ...base,
    data_type: 'relationship',
    reference,
  })
  const { options, ...list } = await shown({ data_type: 'list', options: labelled('Low', 'High'), required: true })
  assert.deepEqual(list, { ...base, data_type: 'list', required: true })
  assert.deepEqual(labelsOf({ options } as Attribute), ['Low', 'High'])
  for (const { id } of options) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('what can change changes; the type and the options are ignored', async () => {
  const { body: team } = await t.call('GET /teams')
  const visible_to_team_ids = team.teams.slice(0, 1).map(({ id }: { id: string }) => id)
  const before = await aList('a', 'b')
  const changes = { name: named(), description: 'Why', required: true, visible_to_team_ids }
  const { status, body } = await change(before.id, {
    ...changes,
    data_type: 'string',
    options: [],
    archived: true,
    multiline: true,
  })
  assert.equal(status, 200)
  assert.deepEqual(body, { ...before, ...changes, updated_at: body.updated_at })
  const { body: text } = await create({ name: named(), data_type: 'string' })
  assert.equal((await change(text.id, { multiline: true })).body.multiline, true)
  assert.deepEqual((await change(text.id, {})).body.multiline, true)
  assert.equal((await change(text.id, { name: text.name })).status, 200)
})

test('a wrong change is refused, and changes nothing', async () => {
  const before = await aList('a', 'b')
  const other = await aList('a', 'b')
  const wrong: [object, number][] = [
    [{ name: other.name }, 422],
    [{ name: null }, 422],
    [{ name: 'a.b' }, 422],
    [{ description: 7, name: 'new' }, 400],
    [{ visible_to_team_ids: ['nonsense'], name: 'new' }, 404],
    [{ reference: { type: 'few' } }, 400],
  ]
  for (const [body, status] of wrong) assert.equal((await change(before.id, body)).status, status, JSON.stringify(body))
  assert.deepEqual((await show(before.id)).body, before)
})

test('an archived attribute is listed only if requested, and leaves its name to another one', async () => {
  const before = await aList('a', 'b')
  const archived = (await archive(before.id)).body
  assert.deepEqual(archived, { ...before, archived: true, updated_at: archived.updated_at })
  assert.deepEqual((await archive(before.id)).body, archived)
  assert.deepEqual((await show(before.id)).body, archived)
  const idsIn = async (query: string) => (await t.call(`GET ${PATH}${query}`)).body.data.map((one: Attribute) => one.id)
  assert.ok(!(await idsIn('')).includes(before.id))
  assert.ok(!(await idsIn('?include_archived=false')).includes(before.id))
  assert.ok((await idsIn('?include_archived=true')).includes(before.id))
  assert.equal((await create({ name: before.name, data_type: 'integer' })).status, 200)
  assert.equal((await change(before.id, { description: 'Old' })).body.description, 'Old')
})

test('a wrong option is refused, and the error says why', async () => {
  const list = await aList('a', 'b')
  const [first] = list.options as [Attribute['options'][0]]
  const text = (await create({ name: named(), data_type: 'string' })).body
  const add = (id: number, body: unknown) => t.call(`POST ${PATH}/${id}/options`, body)
  const refusals: [Awaited<ReturnType<typeof add>>, string][] = [
    [await add(text.id, { label: 'c' }), 'Options can only be managed on list attributes'],
    [await onOption('PUT', text, first.id, { label: 'c' }), 'Options can only be managed on list attributes'],
    [await onOption('DELETE', text, first.id), 'Options can only be managed on list attributes'],
    [await add(list.id, {}), 'label is required'],
    [await add(list.id, { label: null }), 'label is required'],
    [await add(list.id, { label: '' }), 'label is required'],
    [await add(list.id, { label: 7 }), 'label must be a string'],
    [await add(list.id, { label: ['c'] }), 'label must be a string'],
    [await add(list.id, { label: 'c', archived: true }), "only 'label' is accepted"],
    [await add(list.id, { label: 'a' }), "label 'a' is already the label of another option"],
    [await add(list.id, { label: 'x'.repeat(256) }), 'label must not be longer than 255 characters'],
    [await onOption('PUT', list, first.id, {}), 'label is required'],
    [await onOption('PUT', list, first.id, { label: true }), 'label must be a string'],
    [await onOption('PUT', list, first.id, { label: 'c', id: 'x' }), "only 'label' is accepted"],
    [await onOption('PUT', list, first.id, { label: 'b' }), "label 'b' is already the label of another option"],
    [await onOption('DELETE', list, first.id), 'A list attribute must have at least 2 active options'],
  ]
  for (const [{ status, body }, message] of refusals)
    assert.deepEqual([status, body.errors], [422, [{ code: 'parameter_invalid', message }]])
  const other = await aList('c', 'd', 'e')
  for (const id of ['nonsense', other.options[0]?.id ?? '', '00000000-0000-4000-8000-000000000000']) {
    for (const answer of [await onOption('PUT', list, id, { label: 'x' }), await onOption('DELETE', list, id)])
      assert.deepEqual([answer.status, answer.body.errors], [404, NO_OPTION])
  }
  assert.deepEqual((await show(list.id)).body, list)
})

test('an option is added last, renamed in its place, and stays when it is archived', async () => {
  const list = await aList('a', 'b')
  const { body: added } = await t.call(`POST ${PATH}/${list.id}/options`, { label: ' c ' })
  assert.deepEqual(labelsOf(added), ['a', 'b', 'c'])
  const [first] = list.options as [Attribute['options'][0]]
  assert.deepEqual(labelsOf((await onOption('PUT', list, first.id, { label: 'A' })).body), ['A', 'b', 'c'])
  const archived = await onOption('DELETE', list, first.id)
  assert.deepEqual([archived.status, labelsOf(archived.body)], [200, ['(A)', 'b', 'c']])
  assert.deepEqual((await onOption('DELETE', list, first.id)).body, archived.body)
  assert.deepEqual(labelsOf((await t.call(`POST ${PATH}/${list.id}/options`, { label: 'A' })).body), [
    '(A)',
    'b',
    'c',
    'A',
  ])
})

test('of simultaneous archivals, at least two options stay; simultaneous additions are all kept', async () => {
  const list = await aList('a', 'b', 'c', 'd')
  const answers = await Promise.all(list.options.map(({ id }) => onOption('DELETE', list, id)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 422, 422])
  const added = await Promise.all(['x', 'y', 'x'].map((label) => t.call(`POST ${PATH}/${list.id}/options`, { label })))
  assert.deepEqual(added.map(({ status }) => status).sort(), [200, 200, 422])
  assert.equal((await show(list.id)).body.options.filter((one: { archived: boolean }) => !one.archived).length, 4)
})

test('before 2.16, GET /data_attributes lists them as data attributes', async () => {
  const { call } = await t.another()
  await call(`POST ${PATH}`, { name: 'stars', data_type: 'decimal' })
  await call(`POST ${PATH}`, { name: 'photos', data_type: 'files' })
  const { body: list } = await call(`POST ${PATH}`, {
    name: 'topic',
    data_type: 'list',
    options: labelled('a', 'b', 'c'),
  })
  await call(`DELETE ${PATH}/${list.id}/options/${list.options[1].id}`)
  const { body: gone } = await call(`POST ${PATH}`, { name: 'gone', data_type: 'string' })
  await call(`DELETE ${PATH}/${gone.id}`)
  type Listed = { id: number; name: string; data_type: string; options?: string[]; archived: boolean }
  const listed = async (query: string, version: string): Promise<unknown[]> =>
    (await call(`GET /data_attributes?model=conversation${query}`, undefined, { version })).body.data.map(
      ({ name, data_type, options, archived }: Listed) => [name, data_type, options, archived],
    )
  const live = [
    ['stars', 'float', undefined, false],
    ['topic', 'string', ['a', 'c'], false],
  ]
  for (const version of ['2.7', '2.11', '2.15']) assert.deepEqual(await listed('', version), live, version)
  assert.deepEqual(await listed('&include_archived=true', '2.15'), [...live, ['gone', 'string', undefined, true]])
})
