// Audiences: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isInAudience } from '#resources/contacts/audiences.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()

const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

const predicate = (attribute: string, comparison: string, value: string, type = 'string') => ({
  ...{ attribute, type, comparison, value },
})
const anAudience = async (body: object = {}) => (await t.call('POST /audiences', { name: 'Any', ...body })).body

test('every operation needs a token', async () => {
  for (const route of [
    'GET /audiences',
    'POST /audiences',
    'GET /audiences/1',
    'PUT /audiences/1',
    'DELETE /audiences/1',
  ])
    assert.equal((await t.call(route, route.startsWith('P') ? {} : undefined, { token: null })).status, 401, route)
})

test('a wrong audience is refused, and nothing is saved', async () => {
  const { id } = await anAudience()
  const { body: before } = await t.call('GET /audiences')
  const cases: [route: string, body: unknown, status: number, code: string, message?: string][] = [
    ['POST /audiences', {}, 422, 'validation_error', 'Name is required'],
    ['POST /audiences', { name: null }, 422, 'validation_error', 'Name is required'],
    ['POST /audiences', { name: ' ' }, 422, 'validation_error', 'Name must not be blank'],
    [`PUT /audiences/${id}`, { name: '' }, 422, 'validation_error', 'Name must not be blank'],
    [`PUT /audiences/${id}`, { name: null }, 422, 'validation_error', 'Name must not be blank'],
    ['POST /audiences', { name: 'x'.repeat(256) }, 400, 'parameter_invalid'],
    ['POST /audiences', { name: 'x', predicates: {} }, 400, 'parameter_invalid'],
    ['POST /audiences', { name: 'x', predicates: [{ attribute: 'name' }] }, 400, 'parameter_not_found'],
    ['POST /audiences', { name: 'x', predicates: [predicate('', 'eq', 'x')] }, 400, 'parameter_invalid'],
    [
      `PUT /audiences/${id}`,
      { role_predicates: Array(51).fill(predicate('role', 'eq', 'user')) },
      400,
      'parameter_invalid',
    ],
    ['PUT /audiences/999999', { name: 'x' }, 404, 'not_found'],
    ['GET /audiences/none', undefined, 404, 'not_found'],
    ['DELETE /audiences/999999', undefined, 404, 'not_found'],
  ]
  for (const [route, body, status, code, message] of cases) {
    const answer = await t.call(route, body)
    const [error] = answer.body.errors
    assert.deepEqual([answer.status, error.code], [status, code], `${route} ${JSON.stringify(body)}`)
    if (message) assert.equal(error.message, message)
  }
  assert.deepEqual((await t.call('GET /audiences')).body, before)
})

test('an audience is created, changed and deleted, each with one event', async () => {
  const role_predicates = [predicate('role', 'eq', 'user', 'role')]
  const created = await t.call('POST /audiences', {
    ...{ name: ' VIP ', predicates: [{ attribute: 'company.name', comparison: 'contains', value: 'Acme' }] },
    role_predicates,
  })
  const { id, created_at, updated_at, ...audience } = created.body
  assert.equal(created.status, 201)
  const predicates = [predicate('company.name', 'contains', 'Acme')]
  assert.deepEqual(audience, { type: 'audience', name: 'VIP', predicates, role_predicates })
  assert.ok(created_at === updated_at)

  const unchanged = await t.call(`PUT /audiences/${id}`, { name: 'VIP', predicates })
  assert.deepEqual(unchanged.body, created.body)
  const changed = await t.call(`PUT /audiences/${id}`, { predicates: [] })
  assert.deepEqual(
    [changed.body.name, changed.body.predicates, changed.body.role_predicates],
    ['VIP', [], role_predicates],
  )
  assert.deepEqual((await t.call(`GET /audiences/${id}`)).body, changed.body)

  const deleted = await t.call(`DELETE /audiences/${id}`)
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  assert.deepEqual((await t.call(`GET /audiences/${id}`)).body.errors, NOT_FOUND)
  assert.deepEqual(await topicsOf(t.workspace, id), ['audience.created', 'audience.updated', 'audience.deleted'])
})

test('the list has numbered pages of at most 50', async () => {
  const other = await t.another()
  const names = ['A', 'B', 'C']
  for (const name of names) await other.call('POST /audiences', { name })
  const { body } = await other.call('GET /audiences?page=2&per_page=2')
  const { data, ...page } = body
  assert.deepEqual(page, { type: 'list', total_count: 3, page: 2, per_page: 2, total_pages: 2 })
  assert.deepEqual(
    data.map(({ name }: { name: string }) => name),
    ['C'],
  )
  const all = (await other.call('GET /audiences?per_page=1000')).body
  assert.deepEqual([all.per_page, all.data.length, all.total_pages], [50, 3, 1])
  assert.deepEqual((await other.call('GET /audiences?page=9')).body.data, [])
})

test('predicates are evaluated on the contact and its companies', async () => {
  const contact = await aContact(t.workspace, { email: 'kim@acme.example', name: 'Kim' })
  const lead = await aContact(t.workspace, { role: 'lead', name: 'Kim' })
  const company = (await t.call('POST /companies', { company_id: 'acme', name: 'Acme Ltd', monthly_spend: 40 })).body.id
  await t.call('POST /companies', { company_id: 'zenith', name: 'Zenith', monthly_spend: 400 })
  await t.call(`POST /contacts/${contact}/companies`, { id: company })
  const user = [predicate('role', 'eq', 'user', 'role')]
  const both = [...user, predicate('role', 'eq', 'lead', 'role')]
  const cases: [predicates: object[], role_predicates: object[], contact: boolean, lead: boolean][] = [
    [[], [], true, true],
    [[], user, true, false],
    [[], both, true, true],
    [[predicate('name', 'eq', 'kim')], [], true, true],
    [[predicate('name', 'ne', 'kim')], [], false, false],
    [[predicate('email', 'ends_with', '@acme.example')], [], true, false],
    [[predicate('email', 'contains', 'nowhere')], user, false, false],
    [[predicate('company.name', 'contains', 'acme')], [], true, false],
    [[predicate('company.name', 'contains', 'zenith')], [], false, false],
    [[predicate('company.monthly_spend', 'lt', '50', 'integer'), predicate('name', 'eq', 'Kim')], user, true, false],
    [[predicate('has_hard_bounced', 'eq', 'false', 'boolean')], [], true, true],
    [[predicate('name', 'resembles', 'Kim')], [], false, false],
    [[predicate('custom_attributes.unknown', 'eq', 'x')], [], false, false],
    [[predicate('signed_up_at', 'gt', 'yesterday', 'date')], [], false, false],
  ]
  for (const [predicates, role_predicates, ...expected] of cases) {
    const { id } = await anAudience({ predicates, role_predicates })
    const met = [
      await isInAudience(t.workspace, contact, [Number(id)]),
      await isInAudience(t.workspace, lead, [Number(id)]),
    ]
    assert.deepEqual(met, expected, JSON.stringify([predicates, role_predicates]))
  }
  const nobody = Number((await anAudience({ predicates: [predicate('name', 'eq', 'x')] })).id)
  const everybody = Number((await anAudience()).id)
  assert.equal(await isInAudience(t.workspace, contact, []), true)
  assert.equal(await isInAudience(t.workspace, contact, [nobody, everybody]), true)
  assert.equal(await isInAudience(t.workspace, contact, [999_999]), false)
  assert.equal(await isInAudience(t.workspace, '6762f0dd1bb69f9f2193bb83', [everybody]), false)
})

test('an article names only known audiences, and loses a deleted one', async () => {
  const { id } = await anAudience()
  const author_id = t.created.admin_id
  const refused = await t.call('POST /articles', { title: 'x', author_id, audience_ids: [Number(id), 999999, 888888] })
  assert.deepEqual(
    [refused.status, refused.body.errors],
    [404, [{ code: 'parameter_invalid', message: 'audience_ids contains unknown audience IDs: 999999, 888888' }]],
  )
  const { body: article } = await t.call('POST /articles', { title: 'x', author_id, audience_ids: [Number(id)] })
  assert.deepEqual(article.audience_ids, [Number(id)])
  await t.call(`DELETE /audiences/${id}`)
  assert.deepEqual((await t.call(`GET /articles/${article.id}`)).body.audience_ids, [])
})
