// Searching companies: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database

type Filter = [field: string, operator: string, value?: unknown]
const filter = ([field, operator, value]: Filter) => ({ field, operator, value })
const search = (asked: Filter, more: object = {}, version?: string) =>
  t.call('POST /companies/search', { query: filter(asked), ...more }, version ? { version } : {})

for (const [name, data_type] of Object.entries({
  tier: 'string',
  seats: 'integer',
  paying: 'boolean',
  renewed: 'date',
}))
  await t.call('POST /data_attributes', { name, model: 'company', data_type })

const people = await Promise.all([aContact(t.workspace), aContact(t.workspace)])
const NAMES: Record<string, string> = {}

/** Creates a company with contacts. `columns` are written as they are. */
async function aCompany(company_id: string, request: object, users: number, columns: object = {}): Promise<string> {
  const { body } = await t.call('POST /companies', { company_id, ...request })
  for (const contact of people.slice(0, users)) await t.call(`POST /contacts/${contact}/companies`, { id: body.id })
  if (Object.keys(columns).length)
    await sql`update companies set ${sql(columns)} where workspace_id = ${t.created.id} and id = ${body.id}`
  NAMES[body.id] = company_id
  return body.id
}

const at = (date: string) => new Date(`${date}Z`)
const seconds = (date: string) => at(date).getTime() / 1000

const acme = await aCompany(
  'acme',
  {
    ...{ name: 'Acme Ågren', monthly_spend: 500, remote_created_at: seconds('2020-05-05T10:00:00') },
    custom_attributes: { tier: 'gold', seats: 7, paying: true, renewed: seconds('2024-05-05T00:00:00') },
  },
  2,
  { created_at: at('2024-01-01T10:00:00'), session_count: 9, last_request_at: at('2024-06-01T10:00:00') },
)
await aCompany('beta', { name: 'beta', monthly_spend: -3, custom_attributes: { tier: 'silver' } }, 1, {
  created_at: at('2024-01-02T10:00:00'),
})
await aCompany('corp', { name: 'Corp', monthly_spend: 2147483647 }, 1, { created_at: at('2024-01-03T10:00:00') })
await aCompany('nobody', { name: 'Acme Ågren', custom_attributes: { tier: 'gold' } }, 0)
const archived = await aCompany('archived', { name: 'Acme Ågren' }, 1)
await t.call(`DELETE /companies/${archived}`)
const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
await sql`
  insert into taggings (workspace_id, object_type, object_id, tag_id, applied_at)
  values (${t.created.id}, 'company', ${acme}, ${tag.id}, now())`
const stranger = await t.another()
const { body: theirs } = await stranger.call('POST /companies', { company_id: 'acme', name: 'Acme Ågren' })
const theirContact = await aContact(stranger.workspace)
await stranger.call(`POST /contacts/${theirContact}/companies`, { id: theirs.id })

const namesIn = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => NAMES[id])

test('a search without a token is a 401, and one in a numbered version a 400', async () => {
  const query = { query: filter(['name', '=', 'x']) }
  assert.equal((await t.call('POST /companies/search', query, { token: null })).status, 401)
  const { status, body } = await search(['name', '=', 'x'], {}, '2.16')
  assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
})

test('an invalid search is one of the documented 400s', async () => {
  const wrong: [body: unknown, code: string, message?: string][] = [
    [undefined, 'invalid_query'],
    [{}, 'invalid_query'],
    [{ query: filter(['segment_id', '=', '1']) }, 'invalid_field', 'segment_id is not a valid search field'],
    [{ query: filter(['plan.id', '=', '1']) }, 'invalid_field', 'plan.id is not a valid search field'],
    [{ query: filter(['plan.name', '=', 'Pro']) }, 'invalid_field', 'plan.name is not a valid search field'],
    [{ query: filter(['industry', '=', 'x']) }, 'invalid_field'],
    [{ query: filter(['constructor', '=', 'x']) }, 'invalid_field'],
    [{ query: filter(['custom_attributes.unheard_of', '=', 'x']) }, 'invalid_field'],
    [{ query: filter(['name', '>', 'a']) }, 'invalid_operator'],
    [{ query: filter(['tag_id', 'IN', [tag.id]]) }, 'invalid_operator'],
    [{ query: filter(['tag_id', 'NIN', [tag.id]]) }, 'invalid_operator'],
    [{ query: filter(['created_at', 'IN', [1]]) }, 'invalid_operator'],
    [{ query: filter(['last_request_at', 'NIN', [1]]) }, 'invalid_operator'],
    [{ query: filter(['user_count', '~', '1']) }, 'invalid_operator'],
    [{ query: filter(['created_at', '>', 'foobar']) }, 'invalid_value'],
    [{ query: filter(['monthly_spend', '=', 'much']) }, 'invalid_value'],
    [{ query: filter(['name', '=', 'x']), sort: { field: 'tag_id' } }, 'invalid_field'],
    [{ query: filter(['name', '=', 'x']), sort: { field: 'plan.name' } }, 'invalid_field'],
    [
      { query: filter(['name', '=', 'x']), sort: { field: 'name', order: 'desc' } },
      'invalid_sort_order',
      "Invalid sort order 'desc'. Must be one of: ascending, descending",
    ],
    [{ query: filter(['name', '=', 'x']), pagination: { starting_after: 'x' } }, 'client_error'],
    [{ query: filter(['name', '=', 'x']), pagination: { per_page: 'x' } }, 'bad_request'],
  ]
  for (const [body, code, message] of wrong) {
    const { status, body: answer } = await t.call('POST /companies/search', body)
    assert.deepEqual([status, answer.errors[0].code], [400, code], JSON.stringify(body))
    if (message) assert.equal(answer.errors[0].message, message)
  }
})

test('each field finds the companies with contacts that have the value', async () => {
  const found: [Filter, string[]][] = [
    [['company_id', '=', 'acme'], ['acme']],
    [['company_id', '=', 'ACME'], []],
    [
      ['company_id', '!=', 'acme'],
      ['corp', 'beta'],
    ],
    [['company_id', 'IN', ['beta', 'nobody', 'archived']], ['beta']],
    [['company_id', '^', 'c'], ['corp']],
    [['name', '=', 'acme ågren'], ['acme']],
    [['name', '~', 'ÅGR'], ['acme']],
    [
      ['name', '!~', 'acme'],
      ['corp', 'beta'],
    ],
    [['name', '$', '%'], []],
    [['created_at', '=', seconds('2024-01-02T10:00:00')], ['beta']],
    [
      ['created_at', '>', seconds('2024-01-01T10:00:00')],
      ['corp', 'beta'],
    ],
    [['remote_created_at', '<', '1600000000'], ['acme']],
    [['last_request_at', '!=', null], ['acme']],
    [
      ['last_request_at', '=', null],
      ['corp', 'beta'],
    ],
    [
      ['updated_at', '>', 1],
      ['corp', 'beta', 'acme'],
    ],
    [['monthly_spend', '<', 0], ['beta']],
    [['monthly_spend', '=', '500'], ['acme']],
    [['monthly_spend', '>', 1e12], []],
    [
      ['monthly_spend', '>=', 500],
      ['corp', 'acme'],
    ],
    [
      ['created_at', '<=', seconds('2024-01-02T10:00:00')],
      ['beta', 'acme'],
    ],
    [
      ['monthly_spend', 'IN', [500, 2147483647]],
      ['corp', 'acme'],
    ],
    [['session_count', '>', 8], ['acme']],
    [['user_count', '=', 2], ['acme']],
    [['user_count', '=', 0], []],
    [['tag_id', '=', tag.id], ['acme']],
    [
      ['tag_id', '!=', tag.id],
      ['corp', 'beta'],
    ],
    [['tag_id', '=', 'none'], []],
    [['custom_attributes.tier', '=', 'gold'], ['acme']],
    [
      ['custom_attributes.tier', '!=', 'gold'],
      ['corp', 'beta'],
    ],
    [['custom_attributes.seats', '>', 6], ['acme']],
    [['custom_attributes.paying', '=', true], ['acme']],
    [['custom_attributes.renewed', '<', seconds('2024-05-06T00:00:00')], ['acme']],
  ]
  for (const [asked, names] of found) {
    const answer = await search(asked)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(namesIn(answer), names, JSON.stringify(asked))
    assert.equal(answer.body.total_count, names.length)
  }
})

test('groups of filters are combined', async () => {
  const query = {
    operator: 'AND',
    value: [
      filter(['user_count', '>', 0]),
      { operator: 'OR', value: [filter(['name', '=', 'corp']), filter(['tag_id', '=', tag.id])] },
    ],
  }
  assert.deepEqual(namesIn(await t.call('POST /companies/search', { query })), ['corp', 'acme'])
})

test('results are sorted by any field but a tag, and the pages of each sort have every company once', async () => {
  const sorted: [field: string, ascending: string[]][] = [
    ['company_id', ['acme', 'beta', 'corp']],
    ['created_at', ['acme', 'beta', 'corp']],
    ['remote_created_at', ['acme', 'beta', 'corp']],
    ['monthly_spend', ['beta', 'acme', 'corp']],
    ['session_count', ['beta', 'corp', 'acme']],
    ['user_count', ['beta', 'corp', 'acme']],
    ['last_request_at', ['beta', 'corp', 'acme']],
    ['custom_attributes.tier', ['corp', 'acme', 'beta']],
    ['custom_attributes.seats', ['beta', 'corp', 'acme']],
  ]
  const all: Filter = ['user_count', '>', 0]
  for (const [field, ascending] of sorted) {
    for (const order of ['ascending', 'descending', undefined]) {
      const expected = order === 'ascending' ? ascending : ascending.toReversed()
      assert.deepEqual(namesIn(await search(all, { sort: { field, order } })), expected, `${field} ${order}`)
      const walked: (string | undefined)[] = []
      let starting_after: string | undefined
      do {
        const answer = await search(all, { sort: { field, order }, pagination: { per_page: 1, starting_after } })
        walked.push(...namesIn(answer))
        assert.equal(answer.body.total_count, 3)
        starting_after = answer.body.pages.next?.starting_after
      } while (starting_after)
      assert.deepEqual(walked, expected, `${field} ${order}, by pages`)
    }
  }
})

test('the default is 15 on a page, the last created first', async () => {
  const answer = await search(['user_count', '>', 0])
  assert.deepEqual([namesIn(answer), answer.body.pages.per_page], [['corp', 'beta', 'acme'], 15])
  const { notes } = answer.body.data[0]
  assert.deepEqual([notes.total_count, 'notes' in notes], [0, false])
})
