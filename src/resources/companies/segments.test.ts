// Segments of companies: sad paths first.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { aContact } from '../../../test/factories.ts'
import { SDKS } from '../../../test/sdk/clients.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer()
const { sql } = t.database
const NOBODY = '0123456789abcdef01234567'
const NO_COMPANY = [{ code: 'company_not_found', message: 'Company Not Found' }]

type Named = { id: string; name: string }

beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  await sql`delete from segments where workspace_id = ${t.workspace.id}`
})

const filter = (field: string, operator: string, value: unknown) => ({ field, operator, value })
const create = (query: unknown, more: object = {}, options = {}) =>
  t.call('POST /extensions/segments', { name: 'Large', person_type: 'company', query, ...more }, options)
const aSegment = async (query: unknown, more: object = {}): Promise<string> => {
  const { status, body, text } = await create(query, more)
  assert.equal(status, 200, text)
  return body.id
}
let numbers = 0
const aCompany = async (values: object = {}): Promise<string> =>
  (await t.call('POST /companies', { company_id: `company ${numbers++}`, ...values })).body.id
const namesOf = async (company: string): Promise<string[]> =>
  (await t.call(`GET /companies/${company}/segments`)).body.data.map(({ name }: Named) => name)
const listed = async (query: string): Promise<string[]> =>
  (await t.call(`GET /companies?${query}`)).body.data.map(({ id }: Named) => id)

describe('a request is refused', () => {
  test('without a token, without the scope, or for a company that is unknown or of another workspace', async () => {
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    const company = await aCompany()
    const route = `GET /companies/${company}/segments`
    assert.equal((await t.call(route, undefined, { token: null })).status, 401)
    assert.equal((await t.call(route, undefined, { token: text })).status, 403)
    const other = await t.another()
    const theirs = (await other.call('POST /companies', { company_id: 'theirs' })).body.id
    await t.call(`DELETE /companies/${company}`)
    for (const id of [NOBODY, 'none', theirs, company]) {
      const answer = await t.call(`GET /companies/${id}/segments`)
      assert.deepEqual([answer.status, answer.body.errors], [404, NO_COMPANY], id)
    }
  })

  const DEFINITIONS: [query: unknown, code: string, message: RegExp][] = [
    [undefined, 'invalid_query', /^Invalid query/],
    [filter('email', '=', 'a@example.com'), 'invalid_field', /^email is not a valid search field$/],
    [filter('plan.id', '=', '1'), 'invalid_field', /^plan.id is not a valid search field$/],
    [filter('segment_id', '=', NOBODY), 'invalid_field', /^segment_id is not a valid search field$/],
    [filter('custom_attributes.tier', '=', 'gold'), 'invalid_field', /^custom_attributes.tier is not/],
    [filter('name', '>', 'a'), 'invalid_operator', /^name does not support operator: >$/],
    [filter('monthly_spend', '>', 'much'), 'invalid_value', /^much is not a valid number$/],
    [filter('monthly_spend', '>', { days_ago: 7 }), 'invalid_value', /number$/],
    [filter('last_request_at', '>', { days_ago: '7' }), 'invalid_value', /date$/],
    [filter('tag_id', '=', '999999'), 'parameter_invalid', /exist: tag_id 999999$/],
  ]
  for (const [query, code, message] of DEFINITIONS) {
    test(`for the query ${JSON.stringify(query)}`, async () => {
      const { status, body } = await create(query)
      assert.deepEqual([status, body.errors[0].code], [400, code])
      assert.match(body.errors[0].message, message)
      const id = await aSegment(filter('name', '=', 'Acme'))
      if (query !== undefined) assert.equal((await t.call(`PUT /extensions/segments/${id}`, { query })).status, 400)
    })
  }

  test('where only a segment of contacts can be named', async () => {
    const id = await aSegment(filter('name', '=', 'Acme'))
    await aContact(t.workspace)
    const query = filter('segment_id', '=', id)
    assert.deepEqual((await t.call('POST /contacts/search', { query })).body.data, [])
    const { status } = await t.call('POST /extensions/segments', { name: 'x', query })
    assert.equal(status, 400)
    const broadcast = { message_type: 'whatsapp', template: 'x', audience: { segment_id: id } }
    assert.equal((await t.call('POST /extensions/broadcasts', broadcast)).status, 404)
  })
})

test('a segment of companies is shown by its id and with its definition, not among those of contacts', async () => {
  const query = filter('monthly_spend', '>', 100)
  const { body } = await create(query)
  assert.deepEqual([body.person_type, body.query, body.missing], ['company', query, []])
  const shown = (await t.call(`GET /segments/${body.id}`)).body
  const { created_at, updated_at } = body
  assert.deepEqual(shown, { type: 'segment', id: body.id, name: 'Large', created_at, updated_at, person_type: 'user' })
  assert.ok(!(await t.call('GET /segments')).body.segments.some(({ id }: Named) => id === body.id))
  assert.deepEqual((await t.call('GET /extensions/segments')).body.data.at(-1), body)
  const renamed = await t.call(`PUT /extensions/segments/${body.id}`, { name: 'Larger' })
  assert.deepEqual([renamed.body.name, renamed.body.query], ['Larger', query])
  assert.equal((await t.call(`DELETE /extensions/segments/${body.id}`)).status, 204)
  assert.equal((await t.call(`GET /segments/${body.id}`)).status, 404)
})

test('who is in a segment follows every change of the company, and each answer with the company says it', async () => {
  const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
  await aSegment(filter('monthly_spend', '>', 100), { name: 'Large' })
  await aSegment(filter('tag_id', '=', tag.id), { name: 'VIPs' })
  await aSegment(filter('created_at', '<', { days_ago: 1 }), { name: 'Old' })
  const company_id = 'acme'
  const id = await aCompany({ company_id, name: 'Acme' })
  const contact = await aContact(t.workspace)
  await t.call(`POST /contacts/${contact}/companies`, { id })
  await aCompany({ name: 'Another', monthly_spend: 500 })
  const steps: [act: () => Promise<unknown>, segments: string[]][] = [
    [async () => undefined, []],
    [() => t.call(`PUT /companies/${id}`, { monthly_spend: 101 }), ['Large']],
    [() => t.call('POST /tags', { name: 'VIP', companies: [{ id }] }), ['Large', 'VIPs']],
    [() => t.call('POST /companies', { company_id, monthly_spend: 99 }), ['VIPs']],
  ]
  for (const [act, segments] of steps) {
    await act()
    assert.deepEqual(await namesOf(id), segments)
    const answers = [
      (await t.call(`GET /companies/${id}`)).body,
      (await t.call('GET /companies?company_id=acme')).body,
      (await t.call('GET /companies?name=acme')).body,
      (await t.call('GET /companies')).body.data[0],
      (await t.call('POST /companies/list')).body.data[0],
      (await t.call('POST /companies/search', { query: filter('company_id', '=', company_id) })).body.data[0],
      (await t.call(`GET /contacts/${contact}/companies`)).body.data[0],
      (await t.call(`PUT /companies/${id}`, { website: 'https://example.com' })).body,
      (await t.call('POST /companies', { company_id })).body,
    ]
    for (const company of answers) {
      assert.equal(company.id, id)
      assert.equal(company.segments.type, 'segment.list')
      assert.deepEqual(
        company.segments.segments.map(({ name }: Named) => name),
        segments,
      )
    }
  }
  const { data } = (await t.call('GET /companies/scroll')).body
  assert.deepEqual(
    data.map((company: { segments: { segments: Named[] } }) => company.segments.segments.map(({ name }) => name)),
    [['VIPs'], ['Large']],
  )
  assert.equal((await t.call(`DELETE /tags/${tag.id}`)).body.errors[0].code, 'tag_has_dependent_objects')
})

test('a list of companies can be limited to a segment, also with a tag, in every version', async () => {
  const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
  const contact = await aContact(t.workspace)
  const ids = []
  for (const monthly_spend of [50, 150, 250]) {
    const id = await aCompany({ monthly_spend })
    await t.call(`POST /contacts/${contact}/companies`, { id })
    ids.push(id)
  }
  const [, middle, last] = ids
  await t.call('POST /tags', { name: 'VIP', companies: [{ id: middle }] })
  const large = await aSegment(filter('monthly_spend', '>', 100))
  const contacts = (await t.call('GET /segments')).body.segments[0].id
  const cases: [query: string, found: (string | undefined)[]][] = [
    [`segment_id=${large}`, [middle, last]],
    [`segment_id=${large}&tag_id=${tag.id}`, [middle]],
    [`segment_id=${NOBODY}`, []],
    [`segment_id=${contacts}`, []],
    ['segment_id=', []],
  ]
  for (const [query, found] of cases) assert.deepEqual((await listed(query)).sort(), found, query)
  for (const version of ['2.16', '2.14', '2.11', '2.8']) {
    const { body } = await t.call(`GET /companies?segment_id=${large}`, undefined, { version })
    assert.equal(body.total_count, 2, version)
    assert.equal((await t.call(`GET /companies/${last}/segments`, undefined, { version })).body.data.length, 1)
  }
})

test('a company is in no segment that names what no longer exists', async () => {
  const { body: attribute } = await t.call('POST /data_attributes', {
    ...{ name: `tier_${Date.now()}`, model: 'company', data_type: 'string' },
  })
  const field = `custom_attributes.${attribute.name}`
  await aSegment(filter(field, '!=', 'gold'))
  const id = await aCompany()
  assert.deepEqual(await namesOf(id), ['Large'])
  await t.call(`PUT /data_attributes/${attribute.id}`, { archived: true })
  assert.deepEqual(await namesOf(id), [])
  assert.deepEqual((await t.call('GET /extensions/segments')).body.data.at(-1).missing, [field])
})

for (const { release, client } of SDKS) {
  test(`the official SDK ${release} lists the segments of a company`, async () => {
    const sdk = client({ token: t.created.token, baseUrl: t.url })
    const company_id = await aCompany({ name: 'Acme' })
    await aSegment(filter('name', '=', 'Acme'))
    const { data } = await sdk.companies.listAttachedSegments({ company_id })
    assert.deepEqual(
      data?.map(({ name }) => name),
      ['Large'],
    )
  })
}
