// Tags on companies, by POST /tags: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const UNKNOWN = '0123456789abcdef01234567'

const t = await testApp()
const { sql } = t.database

let made = 0
const aCompany = async () => (await t.call('POST /companies', { company_id: `company ${++made}` })).body
const tag = (companies: unknown, more: object = {}, options = {}) =>
  t.call('POST /tags', { name: 'VIP', companies, ...more }, options)
const tagsOf = async (id: string) =>
  (await t.call(`GET /companies/${id}`)).body.tags.tags.map(({ name }: { name: string }) => name)

test('companies that the request does not name rightly are a 400, and no tag is created', async () => {
  const { id } = await aCompany()
  for (const companies of [
    [{}],
    [{ untag: true }],
    [{ id: null }],
    [{ id: {} }],
    [{ id, untag: 'yes' }],
    {},
    'x',
    [id],
  ]) {
    const { status, body } = await tag(companies)
    assert.deepEqual([status, body.errors[0].code], [400, 'parameter_invalid'], JSON.stringify(companies))
  }
  assert.deepEqual((await t.call('GET /tags')).body.data, [])
  assert.deepEqual(await tagsOf(id), [])
})

test('since 2.16 unknown companies are left out; before, the whole request is refused', async () => {
  const { body: theirs } = await (await t.another()).call('POST /companies', { company_id: 'theirs' })
  const archived = await aCompany()
  await t.call(`DELETE /companies/${archived.id}`)
  const known = await aCompany()
  for (const unknown of [
    { id: UNKNOWN },
    { id: 'x' },
    { id: theirs.id },
    { company_id: 'theirs' },
    { id: archived.id },
    { company_id: archived.company_id },
  ]) {
    const { status, body } = await tag([unknown, { id: known.id }])
    assert.deepEqual([status, body.companies], [200, [{ id: known.id, tagged: true }]])
    const old = await tag([{ id: known.id }, unknown], { name: 'Old' }, { version: '2.11' })
    assert.deepEqual([old.status, old.body.errors[0].code], [404, 'company_not_found'])
  }
  assert.deepEqual(await tagsOf(known.id), ['VIP'])
})

test('many companies are tagged and untagged at once, by either id', async () => {
  const [one, two] = [await aCompany(), await aCompany()]
  const companies = [{ id: one.id }, { company_id: two.company_id }]
  const tagged = await tag(companies)
  assert.deepEqual(
    tagged.body.companies,
    [one, two].map(({ id }) => ({ id, tagged: true })),
  )
  assert.deepEqual([await tagsOf(one.id), await tagsOf(two.id)], [['VIP'], ['VIP']])
  assert.deepEqual((await tag(companies)).body, tagged.body)
  const untagged = await tag(companies.map((company) => ({ ...company, untag: true })))
  assert.deepEqual(
    untagged.body.companies,
    [one, two].map(({ id }) => ({ id, tagged: false })),
  )
  assert.deepEqual([await tagsOf(one.id), await tagsOf(two.id)], [[], []])
})

test('one request tags contacts and companies', async () => {
  const company = await aCompany()
  const { body: contact } = await t.call('POST /contacts', { email: 'both@example.com' })
  const { body } = await tag([{ id: company.id }], { users: [{ id: contact.id }] })
  assert.deepEqual(
    [body.users, body.companies],
    [[{ id: contact.id, tagged: true }], [{ id: company.id, tagged: true }]],
  )
})

test('a tag moves updated_at of its company once, and a deleted tag is on no company', async () => {
  const company = await aCompany()
  const long_ago = new Date('2024-01-01')
  const isMoved = async () => {
    const { updated_at } = (await t.call(`GET /companies/${company.id}`)).body
    await sql`update companies set updated_at = ${long_ago} where workspace_id = ${t.created.id}`
    return updated_at > long_ago.getTime() / 1000
  }
  await isMoved()
  const { body } = await tag([{ id: company.id }], { name: 'Once' })
  assert.equal(await isMoved(), true)
  await tag([{ id: company.id }], { name: 'Once' })
  assert.equal(await isMoved(), false)
  await t.call(`DELETE /tags/${body.id}`)
  assert.deepEqual(await tagsOf(company.id), [])
})
