// Contacts in bulk: which items are refused, and what the others do.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'
import { ended, startJobs } from '../../../../test/jobs.ts'

const t = await testApp({ public_url: 'https://interphone.example.com' })
const { sql } = t.database
startJobs(sql)

const UNKNOWN = '0123456789abcdef01234567'

type Route = 'POST /contacts/bulk' | 'PUT /contacts/bulk' | 'POST /contacts/bulk/delete'
const CREATE: Route = 'POST /contacts/bulk'
const UPDATE: Route = 'PUT /contacts/bulk'
const DELETE: Route = 'POST /contacts/bulk/delete'

const pathOf = (job: { url: string }) => job.url.replace('https://interphone.example.com', '')

type Refused = { position: number; code: string; message: string; field: string | null }
type Told = [position: number, code: string, message: string, field: string | null]

/** Sends the items, waits for the end, and returns the job with what was refused: `[position, code, message, field]`. */
async function bulk(route: Route, contacts: unknown[], { call } = t) {
  const { status, body } = await call(route, { contacts })
  assert.equal(status, 202, JSON.stringify(body))
  const job = await ended(call, pathOf(body))
  const { body: errors } = await call(`GET /extensions/jobs/${job.id}/errors?per_page=150`)
  const refused: Told[] = errors.data.map(
    ({ position, code, message, field }: Refused): Told => [position, code, message, field],
  )
  return { job, refused, answered: body }
}

const count = async () => (await t.call('GET /contacts?per_page=1')).body.total_count as number
const find = async (external_id: string) => (await t.call(`GET /contacts/find_by_external_id/${external_id}`)).body
const show = async (id: string) => (await t.call(`GET /contacts/${id}`)).body
const aTag = async (name: string) => (await t.call('POST /tags', { name })).body.id as string
const idsIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)

describe('an item is refused alone, and changes nothing:', () => {
  test('to create, with a wrong value', async () => {
    const before = await count()
    const wrong: [item: object, code: string, message: RegExp, field: string | null][] = [
      [{}, 'parameter_not_found', /One of email, external_id and role is required/, null],
      [{ name: 'Only a name' }, 'parameter_not_found', /is required/, null],
      [{ email: 'nobody' }, 'parameter_invalid', /^email 'nobody' is not an email address/, 'email'],
      [{ email: 7 }, 'parameter_invalid', /^email /, 'email'],
      [{ email: `${'x'.repeat(250)}@example.com` }, 'parameter_invalid', /^email /, 'email'],
      [{ role: 'admin' }, 'parameter_invalid', /^role must be one of user, lead/, 'role'],
      [{ role: 'user', name: {} }, 'parameter_invalid', /^name /, 'name'],
      [{ role: 'user', phone: [] }, 'parameter_invalid', /^phone /, 'phone'],
      [{ role: 'user', signed_up_at: 'yesterday' }, 'parameter_invalid', /^signed_up_at /, 'signed_up_at'],
      [{ role: 'user', last_seen_at: -1 }, 'parameter_invalid', /^last_seen_at /, 'last_seen_at'],
      [{ role: 'user', owner_id: '1' }, 'parameter_invalid', /^owner_id '1' is not an admin/, 'owner_id'],
      [{ role: 'user', unsubscribed_from_emails: 'yes' }, 'parameter_invalid', /^unsub/, 'unsubscribed_from_emails'],
      [{ role: 'user', custom_attributes: [] }, 'parameter_invalid', /^custom_attributes /, 'custom_attributes'],
      [{ role: 'user', custom_attributes: { no: 1 } }, 'parameter_invalid', /Custom attribute 'no' does not/, null],
      [{ role: 'user', companies: {} }, 'parameter_invalid', /^companies /, 'companies'],
      [
        { role: 'user', companies: [{}] },
        'parameter_not_found',
        /^companies.0.company_id is req/,
        'companies.0.company_id',
      ],
      [{ role: 'user', companies: [{ company_id: ' ' }] }, 'parameter_not_found', /company_id/, 'companies.company_id'],
      [{ role: 'user', companies: [{ company_id: 'x', size: -1 }] }, 'parameter_invalid', /size/, 'companies.0.size'],
      [{ role: 'user', tags: [] }, 'parameter_invalid', /^tags /, 'tags'],
      [{ role: 'user', tags: { add: '1' } }, 'parameter_invalid', /^tags.add /, 'tags.add'],
      [{ role: 'user', tags: { add: [{}] } }, 'parameter_not_found', /^tags.add.0.id is req/, 'tags.add.0.id'],
    ]
    const { job, refused } = await bulk(
      CREATE,
      wrong.map(([item]) => item),
    )
    assert.deepEqual([job.state, job.tasks[0].state], ['completed_with_errors', 'completed_with_errors'])
    assert.equal(refused.length, wrong.length)
    wrong.forEach(([item, code, message, field], at) => {
      const [position, told, text, of] = refused[at]!
      assert.deepEqual([position, told, of], [at, code, field], `${JSON.stringify(item)}: ${text}`)
      assert.match(text, message)
    })
    assert.equal(await count(), before)
    assert.equal((await t.call('GET /companies?company_id=x')).status, 404)
  })

  test('to create, if there is a contact with its external_id or email, archived or not', async () => {
    const email = 'known@example.com'
    const live = await aContact(t.workspace, { external_id: 'live', email })
    const archived_at = new Date()
    const archived = await aContact(t.workspace, {
      external_id: 'archived',
      email: 'archived@example.com',
      archived_at,
    })
    const before = await show(live)
    const { job, refused } = await bulk(CREATE, [
      { external_id: 'live', name: 'Another' },
      { email: 'KNOWN@example.com', name: 'Another' },
      { external_id: 'archived' },
      { email: 'archived@example.com' },
      { external_id: 'new-one', email: 'new-one@example.com' },
      { external_id: 'new-one' },
      { role: 'lead', email, name: 'A lead may share it' },
    ])
    const exists = (what: string, id: string) => `${what} contact matching those details already exists with id=${id}`
    const { id: made } = await find('new-one')
    assert.deepEqual(refused, [
      [0, 'conflict', exists('A', live), null],
      [1, 'conflict', exists('A', live), null],
      [2, 'conflict', exists('An archived', archived), null],
      [3, 'conflict', exists('An archived', archived), null],
      [5, 'conflict', exists('A', made), null],
    ])
    assert.equal(job.state, 'completed_with_errors')
    assert.deepEqual(await show(live), before)
    const leads = await t.call('POST /contacts/search', { query: { field: 'email', operator: '=', value: email } })
    assert.deepEqual(leads.body.data.map(({ role }: { role: string }) => role).sort(), ['lead', 'user'])
  })

  test('to update, with an unknown id, another workspace’s, an archived contact or a wrong value', async () => {
    const theirs = await aContact((await t.another()).workspace, { name: 'Theirs' })
    const archived = await aContact(t.workspace, { archived_at: new Date() })
    const mine = await aContact(t.workspace, { name: 'Mine', email: 'mine@example.com' })
    await aContact(t.workspace, { email: 'taken@example.com', external_id: 'taken' })
    const before = await show(mine)
    const change = { name: 'Changed', companies: [{ company_id: 'of a refused item' }] }
    const { refused } = await bulk(UPDATE, [
      ...[UNKNOWN, 'nobody', theirs, archived].map((id) => ({ ...change, id })),
      { ...change, id: mine, email: 'no email' },
      { ...change, id: mine, email: 'taken@example.com' },
      { ...change, id: mine, external_id: 'taken' },
      { ...change, id: mine, companies: [...change.companies, { company_id: 'b', monthly_spend: 'much' }] },
      { ...change, id: mine, owner_id: UNKNOWN },
    ])
    assert.deepEqual(
      refused.map(([position, code]) => [position, code]),
      [
        ...[0, 1, 2, 3].map((position) => [position, 'not_found']),
        ...[
          [4, 'parameter_invalid'],
          [5, 'conflict'],
          [6, 'conflict'],
          [7, 'parameter_invalid'],
          [8, 'parameter_invalid'],
        ],
      ],
    )
    assert.deepEqual(refused[0]?.slice(2), ['User Not Found', null])
    assert.deepEqual(await show(mine), before)
    assert.equal((await t.call('GET /companies?company_id=of a refused item')).status, 404)
    const [row] = await sql<{ name: string }[]>`select name from contacts where id = ${theirs}`
    assert.equal(row?.name, 'Theirs')
  })

  test('to delete, with an unknown id, another workspace’s, or one that is deleted already', async () => {
    const theirs = await aContact((await t.another()).workspace)
    const mine = await aContact(t.workspace)
    const { refused } = await bulk(
      DELETE,
      [UNKNOWN, theirs, mine, mine].map((id) => ({ id })),
    )
    assert.deepEqual(
      refused.map(([position, code]) => [position, code]),
      [0, 1, 3].map((position) => [position, 'not_found']),
    )
    const [row] = await sql<{ deleted_at: Date | null }[]>`select deleted_at from contacts where id = ${theirs}`
    assert.equal(row?.deleted_at, null)
    assert.equal((await t.call(`GET /contacts/${mine}`)).status, 404)
  })
})

test('contacts are created with all values, companies and tags, and fire what single requests fire', async () => {
  await t.call('POST /data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
  const tag = await aTag('bulk')
  await t.call('POST /companies', { company_id: 'existing', name: 'Before' })
  const { job, answered } = await bulk(CREATE, [
    {
      ...{ external_id: 'anna', email: 'anna@example.com', name: 'Anna', phone: '+12025550143', avatar: 'https://a/b' },
      ...{ signed_up_at: 1_700_000_000, last_seen_at: 1_700_000_001, owner_id: t.created.admin_id },
      ...{ unsubscribed_from_emails: true, language_override: 'fr', custom_attributes: { plan: 'pro' } },
      companies: [
        { company_id: 'new', name: 'New', plan: 'Gold', unknown: 1 },
        { company_id: 'existing', name: 'After', remove: true },
      ],
      tags: { add: [{ id: tag }, { id: Number(tag) }, { id: '999999999' }, { id: 'no' }], remove: [{ id: tag }] },
      unknown: { of: 'no meaning' },
      id: UNKNOWN,
    },
    { role: 'lead' },
    { email: 'ben@example.com' },
  ])
  assert.deepEqual([answered.state, answered.tasks[0].state, answered.completed_at], ['running', 'pending', null])
  assert.deepEqual([answered.tasks[0].started_at, answered.tasks[0].completed_at], [null, null])
  assert.match(answered.id, /^job_v2_\d+$/)
  assert.match(answered.tasks[0].id, /^task_v2_\d+$/)
  assert.equal(answered.url, `https://interphone.example.com/contacts/bulk/${answered.id}`)
  assert.deepEqual([job.state, job.tasks.length, job.tasks[0].item_count], ['completed', 1, 3])
  assert.ok(job.completed_at >= job.created_at && job.tasks[0].started_at && job.tasks[0].completed_at)

  const anna = await find('anna')
  assert.notEqual(anna.id, UNKNOWN)
  assert.deepEqual(
    [anna.role, anna.email, anna.name, anna.formatted_phone, anna.signed_up_at, anna.last_seen_at, anna.owner_id],
    ['user', 'anna@example.com', 'Anna', '+12025550143', 1_700_000_000, 1_700_000_001, t.created.admin_id],
  )
  assert.deepEqual(
    [anna.unsubscribed_from_emails, anna.language_override, anna.custom_attributes, anna.avatar.image_url],
    [true, 'fr', { plan: 'pro' }, 'https://a/b'],
  )
  assert.deepEqual(idsIn(anna.tags), [tag])
  const [created, changed] = await Promise.all(
    ['new', 'existing'].map(async (id) => (await t.call(`GET /companies?company_id=${id}`)).body),
  )
  assert.deepEqual([created.name, created.plan.name, created.user_count], ['New', 'Gold', 1])
  assert.deepEqual([changed.name, changed.user_count], ['After', 1])
  assert.deepEqual(await topicsOf(t.workspace, anna.id), ['contact.user.created', 'contact.user.tag.created'])
  assert.deepEqual(await topicsOf(t.workspace, created.id), ['company.created', 'company.contact.attached'])
  const before_and_after = ['company.created', 'company.updated', 'company.contact.attached']
  assert.deepEqual(await topicsOf(t.workspace, changed.id), before_and_after)
})

test('an update changes what it names, attaches and detaches companies and tags, and leaves the rest', async () => {
  const [old, added] = [await aTag('old'), await aTag('added')]
  const company = async (company_id: string) => (await t.call('POST /companies', { company_id })).body.id as string
  const [left, joined] = [await company('left'), await company('joined')]
  const id = await aContact(t.workspace, { email: 'carl@example.com', external_id: 'carl', name: 'Carl' })
  await t.call(`POST /contacts/${id}/companies`, { id: left })
  await t.call(`POST /contacts/${id}/tags`, { id: old })
  const { job } = await bulk(UPDATE, [
    {
      ...{ id, name: 'Carla', phone: null },
      ...{ role: 'lead', signed_up_at: 1, last_seen_at: 1, email_verified: true, unknown: true },
      companies: [{ company_id: 'joined' }, { company_id: 'left', remove: true }, { company_id: 'none', remove: true }],
      tags: { add: [{ id: added }], remove: [{ id: old }, { id: '999999999' }] },
    },
  ])
  assert.equal(job.state, 'completed')
  const shown = await show(id)
  assert.deepEqual(
    [shown.name, shown.email, shown.external_id, shown.role, shown.signed_up_at, shown.last_seen_at],
    ['Carla', 'carl@example.com', 'carl', 'user', null, null],
  )
  assert.deepEqual([idsIn(shown.companies), idsIn(shown.tags)], [[joined], [added]])
  assert.equal((await t.call('GET /companies?company_id=none')).status, 404)
  const topics = [
    'contact.user.tag.created',
    'contact.user.updated',
    'contact.user.tag.created',
    'contact.user.tag.deleted',
  ]
  assert.deepEqual(await topicsOf(t.workspace, id), topics)
})

test('deleted contacts are gone, archived ones too, and each fires its event', async () => {
  const live = await aContact(t.workspace)
  const archived = await aContact(t.workspace, { archived_at: new Date() })
  const { job } = await bulk(DELETE, [{ id: live }, { id: archived }])
  assert.equal(job.state, 'completed')
  for (const id of [live, archived]) {
    assert.equal((await t.call(`GET /contacts/${id}`)).status, 404)
    assert.deepEqual(await topicsOf(t.workspace, id), ['contact.deleted'])
  }
})

test('1,000 creates of one email and one external_id, in ten requests at once, make one user each', async () => {
  const third = await t.another()
  const item = (n: number) => (n % 2 ? { email: 'one@example.com' } : { external_id: 'one' })
  const contacts = Array.from({ length: 100 }, (_, n) => item(n))
  const answers = await Promise.all(Array.from({ length: 10 }, () => third.call(CREATE, { contacts })))
  let refused = 0
  for (const { body } of answers) {
    await ended(third.call, pathOf(body))
    const { body: errors } = await third.call(`GET /extensions/jobs/${body.id}/errors`)
    refused += errors.total_count
    assert.ok(errors.data.every(({ code }: { code: string }) => code === 'conflict'))
  }
  assert.equal(refused, 998)
  assert.equal((await third.call('GET /contacts')).body.total_count, 2)
})
