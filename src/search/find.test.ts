// Every way to find a page returns the same objects and totals as reading all of them.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import fc from 'fast-check'
import { testApp } from '../../test/app.ts'
import { aContact } from '../../test/factories.ts'
import {
  assertWaysAgree,
  equal,
  listed,
  oneOf,
  ordered,
  queryOf,
  resetLimits,
  SMALL,
  setLimits,
  sortBy,
  text,
} from '../../test/searches.ts'
import { compactCounts } from './totals.ts'

const t = await testApp()
const { sql, id: workspace_id } = t.workspace

afterEach(() => void resetLimits())

for (const [name, data_type] of Object.entries({ plan: 'string', seats: 'integer', paying: 'boolean', born: 'date' }))
  await t.call('POST /data_attributes', { name, model: 'contact', data_type })

const DAY = 86_400
const pick = <T>(values: readonly T[], n: number): T => values[n % values.length]!
const NAMES = ['Ann Ågren', 'ann', 'Bob_50%', 'ÉVA', 'Zoë \\ x', '', null]
const DOMAINS = ['example.com', 'Example.org', 'mail.example.com']
const PLANS = ['pro', 'Pro', 'enterprise', null]

const tags: string[] = []
for (const name of ['Many', 'Few']) tags.push((await t.call('POST /tags', { name })).body.id)

for (let n = 0; n < 120; n++) {
  const plan = pick(PLANS, n * 7)
  const id = await aContact(t.workspace, {
    role: n % 6 ? 'user' : 'lead',
    name: pick(NAMES, n),
    email: n % 5 ? `someone${n}@${pick(DOMAINS, n)}` : null,
    external_id: n % 4 ? `Customer-${n}` : null,
    phone: n % 3 ? `+1415555${1000 + (n % 9)}` : null,
    owner_id: n % 10 ? null : t.created.admin_id,
    unsubscribed_from_emails: n % 11 === 0,
    signed_up_at: n % 2 ? new Date((1_700_000_000 + (n % 8) * 3_600) * 1000) : null,
    last_seen_at: n % 3 ? new Date((1_700_000_000 + (n % 13) * DAY) * 1000) : null,
    custom_attributes: {
      ...(plan && { plan }),
      ...(n % 3 && { seats: n % 20 }),
      ...(n % 4 && { paying: n % 8 > 4 }),
      ...(n % 7 && { born: 315_532_800 + (n % 12) * DAY }),
    },
    messenger:
      n % 9 ? {} : { browser: pick(['chrome', 'firefox'], n), location: { country: pick(['Sweden', 'Chile'], n) } },
  })
  if (n % 2) await t.call(`POST /contacts/${id}/tags`, { id: tags[0] })
  if (n % 40 === 1) await t.call(`POST /contacts/${id}/tags`, { id: tags[1] })
  if (n % 17 === 0) await t.call(`POST /contacts/${id}/archive`)
}

const segments: string[] = []
for (const [name, query] of Object.entries({
  Sources: { field: 'custom_attributes.plan', operator: '=', value: 'pro' },
  Nothing: { field: 'last_seen_at', operator: '>', value: 1_700_300_000 },
}))
  segments.push((await t.call('POST /extensions/segments', { name, person_type: 'user', query })).body.id)

const filter = fc.oneof(
  text('email', 'SOMEONE1@example.com', '1@example', 'someone', '.org', '%', '_', '', 'n', null),
  text('name', 'ann', 'ANN', 'å', '50%', '_', '\\', ' \\ x', 'zoë \\', 'éva', '', null),
  text('external_id', 'Customer-1', 'Customer-11', 'nobody', null),
  text('phone', '+14155551001', '+1415', '1', null),
  text('custom_attributes.plan', 'pro', 'PRO', 'Pro', 'e', '', null),
  text('browser', 'chrome', 'f', null),
  text('location.country', 'SWEDEN', 'ch', null),
  text('email_domain', 'example.com', 'EXAMPLE.org', 'com'),
  listed('email', 'someone1@example.com', 'SOMEONE2@mail.example.com', 'x'),
  listed('custom_attributes.plan', 'pro', 'enterprise'),
  listed('custom_attributes.seats', 1, 2, 400),
  ordered('custom_attributes.seats', 0, 7, 19, 400),
  ordered('signed_up_at', 1_700_000_000, 1_700_003_600, 1_800_000_000),
  ordered('created_at', 0, 4_000_000_000),
  ordered('last_seen_at', 1_700_000_000, 1_700_600_000),
  fc
    .record({ operator: oneOf('=', '<', '>'), value: oneOf(315_532_800, 316_000_000) })
    .map((one) => ({ field: 'custom_attributes.born', ...one })),
  equal('custom_attributes.paying', true, false, null),
  equal('unsubscribed_from_emails', true, false),
  equal('role', 'user', 'lead', 'nobody'),
  equal('owner_id', t.created.admin_id, '0', null),
  equal('segment_id', segments[0]!, segments[1]!, 'unknown'),
  equal('tag_id', tags[0]!, tags[1]!, '0', 'x', null),
)
const sort = sortBy('created_at', 'last_seen_at', 'name', 'custom_attributes.seats', 'email', 'signed_up_at')

test('the ways to find a page agree with reading all rows, for any query and order', () =>
  assertWaysAgree(t, 'POST /contacts/search', queryOf(filter), sort))

test('the side tables hold exactly what the contacts say after every kind of change', async () => {
  const [contact] = await sql<{ id: string }[]>`
    select id from contacts where workspace_id = ${workspace_id} and is_live and email is not null limit 1`
  const changes: [route: string, body?: object][] = [
    [`PUT /contacts/${contact!.id}`, { name: 'Other', email: 'other@example.net' }],
    [`PUT /contacts/${contact!.id}`, { custom_attributes: { plan: 'basic', seats: 3, paying: null } }],
    [
      `PUT /contacts/${contact!.id}`,
      { phone: '+14155550000', unsubscribed_from_emails: true, signed_up_at: 1_700_000_000 },
    ],
    [`POST /contacts/${contact!.id}/archive`],
    [`POST /contacts/${contact!.id}/unarchive`],
    ['POST /contacts', { role: 'lead', name: 'New', custom_attributes: { seats: 1 } }],
    [`DELETE /contacts/${contact!.id}`],
  ]
  await assertSideTables()
  for (const [route, body] of changes) {
    assert.equal((await t.call(route, body)).status, 200, route)
    await assertSideTables()
  }
  await compactCounts(t.database.sql)
  await assertSideTables()
  await t.call('POST /companies', { company_id: 'c', name: 'C', custom_attributes: {} })
})

async function assertSideTables() {
  const [counted] = await sql`
    select (select count(*) from contacts where workspace_id = ${workspace_id} and is_live) as rows,
      (select sum(live) from object_counts where workspace_id = ${workspace_id} and noun = 'contact') as live`
  assert.equal(counted!['live'], counted!['rows'])
  const [wrong] = await sql`
    with expected as (
      select id, field, number_value, text_value from contacts, contact_search_values(custom_attributes, messenger, role, phone,
        formatted_phone, language_override, owner_id, signed_up_at, unsubscribed_from_emails, marked_email_as_spam,
        has_hard_bounced)
      where workspace_id = ${workspace_id} and is_live
    ), found as (
      select id, field, number_value, text_value from contact_values where workspace_id = ${workspace_id}
    ), texts as (
      select id, lower(email), reverse(lower(email)), lower(name) from contacts
      where workspace_id = ${workspace_id} and is_live
    ), found_texts as (
      select id, email, email_reversed, name from contact_texts where workspace_id = ${workspace_id}
    )
    select (select count(*) from (select * from expected except all select * from found) one)
      + (select count(*) from (select * from found except all select * from expected) two)
      + (select count(*) from (select * from texts except all select * from found_texts) three)
      + (select count(*) from (select * from found_texts except all select * from texts) four) as wrong`
  assert.equal(wrong!['wrong'], '0')
}

test('a kept total is counted anew after a change of a contact, an attribute or a tag', async () => {
  setLimits(SMALL)
  const total = async (query: object) =>
    (await t.call('POST /contacts/search', { query, pagination: { per_page: 1 } })).body.total_count
  const pro = { field: 'custom_attributes.plan', operator: '=', value: 'pro' }
  const tagged = { field: 'tag_id', operator: '=', value: tags[0] }
  const [before, before_tagged] = [await total(pro), await total(tagged)]
  assert.equal(await total(pro), before)

  const { body: contact } = await t.call('POST /contacts', { role: 'lead', custom_attributes: { plan: 'pro' } })
  assert.equal(await total(pro), before + 1)
  await t.call(`POST /contacts/${contact.id}/tags`, { id: tags[0] })
  assert.equal(await total(tagged), before_tagged + 1)
  await t.call(`DELETE /contacts/${contact.id}/tags/${tags[0]}`)
  assert.equal(await total(tagged), before_tagged)
  await t.call(`PUT /contacts/${contact.id}`, { custom_attributes: { plan: 'Pro' } })
  assert.equal(await total(pro), before)
  await t.call(`DELETE /contacts/${contact.id}`)
  assert.equal(await total(pro), before)
})

test('the total of a walk is that of its first page, and the cursor of another query counts anew', async () => {
  setLimits(SMALL)
  const query = { field: 'role', operator: '=', value: 'user' }
  const first = (await t.call('POST /contacts/search', { query, pagination: { per_page: 5 } })).body
  const starting_after = first.pages.next.starting_after
  const { body: added } = await t.call('POST /contacts', { external_id: 'later' })
  const next = (pagination: object, other: object = query) =>
    t.call('POST /contacts/search', { query: other, pagination: { per_page: 5, ...pagination } })
  assert.equal((await next({ starting_after })).body.total_count, first.total_count)
  assert.equal((await next({})).body.total_count, first.total_count + 1)
  const leads = { field: 'role', operator: '=', value: 'lead' }
  const all = (await next({}, leads)).body.total_count
  assert.equal((await next({ starting_after }, leads)).body.total_count, all)
  await t.call(`DELETE /contacts/${added.id}`)
})

test('the list counts all contacts of its workspace without reading them', async () => {
  const [{ rows }] = await sql<[{ rows: string }]>`
    select count(*) as rows from contacts where workspace_id = ${workspace_id} and is_live`
  const { body } = await t.call('GET /contacts?per_page=1')
  assert.equal(body.total_count, Number(rows))
  const other = await t.another()
  assert.equal((await other.call('GET /contacts')).body.total_count, 0)
})

test('the total of a segment is kept while neither a contact nor its definition changes', async () => {
  setLimits(SMALL)
  const in_segment = (id: string) => ({ field: 'segment_id', operator: '=', value: id })
  const total = async (id: string) =>
    (await t.call('POST /contacts/search', { query: in_segment(id), pagination: { per_page: 1 } })).body.total_count
  const kept = async () => (await sql`select from search_totals where workspace_id = ${workspace_id}`).count
  const define = async (query: object) =>
    (await t.call('POST /extensions/segments', { name: `S${Math.random()}`, person_type: 'user', query })).body.id
  const plan = { field: 'custom_attributes.plan', operator: '=', value: 'pro' }
  const id = await define(plan)
  const outer = await define(in_segment(id))
  const before = await total(outer)
  await sql`delete from search_totals`
  await total(outer)
  assert.equal(await kept(), 1)
  const { body: contact } = await t.call('POST /contacts', { external_id: 'pro', custom_attributes: { plan: 'pro' } })
  assert.equal(await total(outer), before + 1)
  await t.call(`PUT /extensions/segments/${id}`, { query: { ...plan, value: 'nothing' } })
  assert.equal(await total(outer), 0)
  await t.call(`DELETE /contacts/${contact.id}`)

  await sql`delete from search_totals`
  for (const passing of [
    { field: 'signed_up_at', operator: '>', value: { days_ago: 2_000 } },
    { field: 'last_seen_at', operator: '>', value: 0 },
  ])
    await total(await define(passing))
  assert.equal(await kept(), 0)
})
