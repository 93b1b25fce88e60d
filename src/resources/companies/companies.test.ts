// Companies: created, found, changed; sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'

const UNKNOWN = '0123456789abcdef01234567'
const NO_COMPANY = [{ code: 'company_not_found', message: 'Company Not Found' }]

const t = await testApp()
const { sql } = t.database
await t.call('POST /data_attributes', { name: 'tier', model: 'company', data_type: 'string' })
await t.call('POST /data_attributes', { name: 'seats', model: 'company', data_type: 'integer' })
await t.call('POST /data_attributes', { name: 'of a contact', model: 'contact', data_type: 'string' })
const gone = await t.call('POST /data_attributes', { name: 'gone', model: 'company', data_type: 'string' })
await t.call(`PUT /data_attributes/${gone.body.id}`, { archived: true })

const save = (body: unknown, options = {}) => t.call('POST /companies', body, options)
const show = (id: string) => t.call(`GET /companies/${id}`)
const countCompanies = async () => (await sql`select from companies where workspace_id = ${t.created.id}`).count
let made = 0
const aCompany = async (more: object = {}) => (await save({ company_id: `company ${++made}`, ...more })).body

test('without a token, or without the scope, nothing is shown or written', async () => {
  const { id } = await aCompany()
  const text = newTokenText()
  const scopes = ['read_admins']
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id: t.created.admin_id, scopes }, new Date())
  const before = await countCompanies()
  for (const [route, body] of [
    ['POST /companies', { company_id: 'new' }],
    [`GET /companies/${id}`],
    [`PUT /companies/${id}`, { name: 'Changed' }],
    [`DELETE /companies/${id}`],
    [`GET /companies/${id}/contacts`],
    [`GET /contacts/${UNKNOWN}/companies`],
    [`POST /contacts/${UNKNOWN}/companies`, { id }],
    [`DELETE /contacts/${UNKNOWN}/companies/${id}`],
  ] as [string, unknown?][]) {
    const refused = await t.call(route, body, { token: null })
    assert.equal(refused.status, 401, route)
    assert.deepEqual(refused.body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
  }
  assert.equal(await countCompanies(), before)
  assert.equal((await show(id)).body.name, `company ${made}`)
})

test('a company that is unknown or of another workspace is a 404', async () => {
  const other = await t.another()
  const { body: theirs } = await other.call('POST /companies', { company_id: 'theirs' })
  for (const id of [UNKNOWN, 'none', '1', 'x'.repeat(300), theirs.id]) {
    for (const [route, body] of [
      [`GET /companies/${id}`],
      [`PUT /companies/${id}`, { name: 'Mine' }],
      [`PUT /companies/${id}`, { test: 'invalid' }],
      [`DELETE /companies/${id}`],
      [`GET /companies/${id}/contacts`],
    ] as [string, unknown?][]) {
      const answer = await t.call(route, body)
      assert.equal(answer.status, 404, route)
      assert.deepEqual(answer.body.errors, NO_COMPANY, route)
    }
  }
  assert.equal((await other.call(`GET /companies/${theirs.id}`)).body.name, 'theirs')
})

describe('a value that does not make sense is a 400, and nothing is written:', () => {
  const REFUSED: [body: unknown, code: string, message: RegExp][] = [
    [{ test: 'invalid' }, 'bad_request', /^bad 'test' parameter$/],
    [{ company_id: 'a', name: 'A', user_count: 3 }, 'bad_request', /^bad 'user_count' parameter$/],
    [{ company_id: 'a', tags: [] }, 'bad_request', /^bad 'tags' parameter$/],
    [{ company_id: 'a', type: 'company' }, 'bad_request', /^bad 'type' parameter$/],
    [{}, 'parameter_not_found', /company_id or name/],
    [{ plan: 'Pro' }, 'parameter_not_found', /company_id or name/],
    [{ company_id: ' ', name: '' }, 'parameter_not_found', /company_id or name/],
    [{ company_id: null, name: null }, 'parameter_not_found', /company_id or name/],
    [undefined, 'parameter_invalid', /body/],
    [[], 'parameter_invalid', /body/],
    [{ company_id: {} }, 'parameter_invalid', /company_id/],
    [{ company_id: 'x'.repeat(256) }, 'parameter_invalid', /company_id/],
    [{ company_id: 'a', name: 'x'.repeat(256) }, 'parameter_invalid', /name/],
    [{ company_id: 'a', name: 7 }, 'parameter_invalid', /name/],
    [{ company_id: 'a', plan: { name: 'Pro' } }, 'parameter_invalid', /plan/],
    [{ company_id: 'a', plan: 'x'.repeat(256) }, 'parameter_invalid', /plan/],
    [{ company_id: 'a', size: -1 }, 'parameter_invalid', /size/],
    [{ company_id: 'a', size: 1.5 }, 'parameter_invalid', /size/],
    [{ company_id: 'a', size: 2 ** 31 }, 'parameter_invalid', /size/],
    [{ company_id: 'a', monthly_spend: 2 ** 31 }, 'parameter_invalid', /monthly_spend/],
    [{ company_id: 'a', monthly_spend: 1e300 }, 'parameter_invalid', /monthly_spend/],
    [{ company_id: 'a', monthly_spend: -(2 ** 31) - 1 }, 'parameter_invalid', /monthly_spend/],
    [{ company_id: 'a', monthly_spend: '10' }, 'parameter_invalid', /monthly_spend/],
    [{ company_id: 'a', remote_created_at: 'yesterday' }, 'parameter_invalid', /remote_created_at/],
    [{ company_id: 'a', remote_created_at: -1 }, 'parameter_invalid', /remote_created_at/],
    [{ company_id: 'a', website: 'x'.repeat(2049) }, 'parameter_invalid', /website/],
    [{ company_id: 'a', update_last_request_at: 'now' }, 'parameter_invalid', /update_last_request_at/],
    [{ company_id: 'a', custom_attributes: [] }, 'parameter_invalid', /custom_attributes/],
    [{ company_id: 'a', custom_attributes: { x: 1 } }, 'parameter_invalid', /^Custom attribute 'x' does not exist$/],
    [{ company_id: 'a', custom_attributes: { gone: 'x' } }, 'parameter_invalid', /'gone' does not exist$/],
    [{ company_id: 'a', custom_attributes: { 'of a contact': 'x' } }, 'parameter_invalid', /does not exist$/],
    [{ company_id: 'a', custom_attributes: { seats: 'ten' } }, 'parameter_invalid', /'seats' must be an integer/],
    [{ company_id: 'a', custom_attributes: { tier: ['gold'] } }, 'parameter_invalid', /'tier' must be a text/],
  ]
  for (const [body, code, message] of REFUSED)
    test(`${JSON.stringify(body)?.slice(0, 90)} (${message.source})`, async () => {
      const before = await countCompanies()
      const { status, body: answer } = await save(body)
      assert.deepEqual([status, answer.errors[0].code], [400, code])
      assert.match(answer.errors[0].message, message)
      assert.equal(await countCompanies(), before)
      if (code === 'parameter_not_found') return
      const { id } = await aCompany()
      const known = (await show(id)).body
      const changed = await t.call(`PUT /companies/${id}`, body)
      assert.deepEqual([changed.status, changed.body.errors[0].code], [400, code])
      assert.deepEqual((await show(id)).body, known)
    })
})

test('a company has what the request gives it', async () => {
  const { status, body } = await save({
    ...{ company_id: 'acme', name: ' Acme ', plan: 'Pro', size: 100, website: 'not a URL', industry: 'Tools' },
    ...{ monthly_spend: 155.98, remote_created_at: 1374138000, custom_attributes: { tier: 'gold', seats: null } },
  })
  assert.equal(status, 200)
  const { id, created_at, updated_at, plan, ...rest } = body
  assert.match(id, /^[0-9a-f]{24}$/)
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60 && updated_at === created_at)
  assert.deepEqual([plan.type, plan.name, typeof plan.id], ['plan', 'Pro', 'string'])
  assert.deepEqual(rest, {
    type: 'company',
    company_id: 'acme',
    app_id: t.created.id,
    name: 'Acme',
    remote_created_at: 1374138000,
    monthly_spend: 155,
    session_count: 0,
    user_count: 0,
    size: 100,
    website: 'not a URL',
    industry: 'Tools',
    tags: { type: 'tag.list', tags: [] },
    segments: { type: 'segment.list', segments: [] },
    notes: {
      ...{ type: 'note.list', data: [], notes: [], url: `/companies/${id}/notes`, total_count: 0, has_more: false },
    },
    custom_attributes: { tier: 'gold' },
  })
  assert.deepEqual((await show(id)).body, body)
})

test('what is unset is absent, and a company without a name is called by its company_id', async () => {
  const { body } = await save({ company_id: 42 })
  const { id, created_at, updated_at, remote_created_at, notes: _, ...rest } = body
  assert.equal(remote_created_at, created_at)
  assert.deepEqual(rest, {
    ...{ type: 'company', company_id: '42', app_id: t.created.id, name: '42', plan: {}, custom_attributes: {} },
    ...{ monthly_spend: 0, session_count: 0, user_count: 0 },
    tags: { type: 'tag.list', tags: [] },
    segments: { type: 'segment.list', segments: [] },
  })
})

test('POST updates the company with the same company_id, and only what the request names', async () => {
  const first = await aCompany({ name: 'One', plan: 'Free', size: 1, custom_attributes: { tier: 'gold' } })
  const { company_id } = first
  const { body } = await save({ company_id, name: 'Two', plan: 'Pro', size: null, custom_attributes: { seats: 3 } })
  assert.deepEqual([body.id, body.name, body.plan.name], [first.id, 'Two', 'Pro'])
  assert.ok(!('size' in body))
  assert.deepEqual(body.custom_attributes, { tier: 'gold', seats: 3 })
  const cleared = await save({
    company_id,
    plan: '',
    custom_attributes: { tier: null },
    name: null,
    monthly_spend: null,
  })
  assert.deepEqual([cleared.body.plan, cleared.body.custom_attributes, cleared.body.name], [{}, { seats: 3 }, 'Two'])
  const elsewhere = await (await t.another()).call('POST /companies', { company_id })
  assert.notEqual(elsewhere.body.id, first.id)
})

test('without a company_id, POST finds a company by its name, else creates one whose company_id is its id', async () => {
  const { body: created } = await save({ name: 'Nameless Ltd' })
  assert.equal(created.company_id, created.id)
  assert.equal((await save({ name: 'nameless ltd', size: 5 })).body.id, created.id)
  const named = await aCompany({ name: 'Named' })
  assert.equal((await save({ name: 'Named', size: 5 })).body.id, named.id)
})

test('PUT changes a company, and never its company_id', async () => {
  const { id, company_id } = await aCompany()
  const { status, body } = await t.call(`PUT /companies/${id}`, { id, company_id: 'other', name: 'New', size: 2 })
  assert.deepEqual([status, body.company_id, body.name, body.size], [200, company_id, 'New', 2])
  assert.deepEqual((await show(id)).body, body)
})

test('two companies on a plan of one name are on the same plan', async () => {
  const [one, two, other] = [
    await aCompany({ plan: 'Team' }),
    await aCompany({ plan: ' Team ' }),
    await aCompany({ plan: 'team' }),
  ]
  assert.equal(one.plan.id, two.plan.id)
  assert.notEqual(one.plan.id, other.plan.id)
})

test('monthly_spend is truncated, within 32 bits', async () => {
  for (const [given, shown] of [
    [155.98, 155],
    [-1.9, -1],
    [0.99, 0],
    [2147483647, 2147483647],
    [2147483647.5, 2147483647],
    [-2147483648.5, -2147483648],
    [null, 0],
  ])
    assert.equal((await aCompany({ monthly_spend: given })).monthly_spend, shown)
})

test('update_last_request_at sets the last request to now, from 2.16', async () => {
  const { id, company_id } = await aCompany()
  const old = await save({ company_id, update_last_request_at: true }, { version: '2.15' })
  assert.deepEqual([old.status, 'last_request_at' in old.body, 'notes' in old.body], [200, false, false])
  for (const version of ['2.16', 'Preview']) {
    const { body } = await t.call(`PUT /companies/${id}`, { update_last_request_at: true }, { version })
    assert.ok(Math.abs(body.last_request_at - Date.now() / 1000) < 60)
    assert.ok('notes' in body)
  }
  assert.ok('last_request_at' in (await save({ company_id, update_last_request_at: false })).body)
})

test('of many requests for one company_id at once, one creates the company and none fails', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, number) => save({ company_id: 'race', plan: 'Race', size: number })),
  )
  assert.deepEqual([...new Set(answers.map(({ status, body }) => `${status} ${body.id}`))].length, 1)
  const { body } = await save({ company_id: 'race' })
  assert.ok(body.size >= 0 && body.size < 100)
  const topics = await topicsOf(t.workspace, body.id)
  assert.equal(topics.filter((topic) => topic === 'company.created').length, 1)
  const byName = await Promise.all(Array.from({ length: 30 }, () => save({ name: 'Race of names' })))
  assert.equal(new Set(byName.map(({ body }) => body.id)).size, 1)
  const { count } = await sql`select from plans where workspace_id = ${t.created.id} and name = 'Race'`
  assert.equal(count, 1)
})

test('each change is one event with a snapshot, and a request that changes nothing is none', async () => {
  const other = await t.another()
  await sql`update workspaces set listened_topics = '{company.created,company.updated}' where id = ${other.created.id}`
  const { body: created } = await other.call('POST /companies', { company_id: 'acme', name: 'Acme' })
  const same = await other.call('POST /companies', { company_id: 'acme', name: 'Acme', plan: null })
  assert.deepEqual(same.body, created)
  const { body: changed } = await other.call(`PUT /companies/${created.id}`, { name: 'Acme 2' })
  await other.call(`PUT /companies/${created.id}`, { name: 'Acme 2' })
  const events = await sql`
    select topic, object_type, actor_id, snapshot from events
    where workspace_id = ${other.created.id} and object_id = ${created.id} order by id`
  const caused = { object_type: 'company', actor_id: other.created.admin_id }
  assert.deepEqual(
    [...events],
    [
      { topic: 'company.created', ...caused, snapshot: created },
      { topic: 'company.updated', ...caused, snapshot: changed },
    ],
  )
})
