// Companies in bulk: which items are refused, and what the others do.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { ended, startJobs } from '../../../../test/jobs.ts'

const t = await testApp()
startJobs(t.database.sql)

const UNKNOWN = '0123456789abcdef01234567'
const CREATE = 'POST /companies/bulk'
const UPDATE = 'PUT /companies/bulk'
const DELETE = 'POST /companies/bulk/delete'

/** Sends the items, waits for the end, and returns the job's state with what was refused: `[position, code, field]`. */
async function bulk(route: string, companies: unknown[]) {
  const { status, body } = await t.call(route, { companies })
  assert.equal(status, 202, JSON.stringify(body))
  const { id, state } = await ended(t.call, body.url)
  const { body: errors } = await t.call(`GET /extensions/jobs/${id}/errors`)
  type Refused = { position: number; code: string; field: string | null }
  return { state, refused: errors.data.map(({ position, code, field }: Refused) => [position, code, field]) }
}

const find = async (company_id: string) => (await t.call(`GET /companies?company_id=${company_id}`)).body

describe('an item is refused alone, and changes nothing:', () => {
  test('to create, with a wrong value', async () => {
    const wrong: [item: object, code: string, field: string | null][] = [
      [{}, 'parameter_not_found', null],
      [{ company_id: '' }, 'parameter_not_found', 'company_id'],
      [{ company_id: {} }, 'parameter_invalid', 'company_id'],
      [{ company_id: 'bad', name: 7 }, 'parameter_invalid', 'name'],
      [{ company_id: 'bad', name: 'x'.repeat(256) }, 'parameter_invalid', 'name'],
      [{ company_id: 'bad', size: -1 }, 'parameter_invalid', 'size'],
      [{ company_id: 'bad', size: 'many' }, 'parameter_invalid', 'size'],
      [{ company_id: 'bad', monthly_spend: 2 ** 31 }, 'parameter_invalid', 'monthly_spend'],
      [{ company_id: 'bad', plan: {} }, 'parameter_invalid', 'plan'],
      [{ company_id: 'bad', remote_created_at: 'then' }, 'parameter_invalid', 'remote_created_at'],
      [{ company_id: 'bad', update_last_request_at: 'now' }, 'parameter_invalid', 'update_last_request_at'],
      [{ company_id: 'bad', custom_attributes: { no: 1 } }, 'parameter_invalid', null],
      [{ company_id: 'good' }, '', null],
    ]
    const { state, refused } = await bulk(
      CREATE,
      wrong.map(([item]) => item),
    )
    assert.equal(state, 'completed_with_errors')
    assert.deepEqual(
      refused,
      wrong.slice(0, -1).map(([, code, field], at) => [at, code, field]),
    )
    assert.equal((await find('bad')).errors[0].code, 'company_not_found')
    assert.equal((await find('good')).name, 'good')
  })

  test('to update or delete, with an unknown id, a company_id, another workspace’s or an archived company', async () => {
    const { body: theirs } = await (await t.another()).call('POST /companies', { company_id: 'theirs' })
    const { body: archived } = await t.call('POST /companies', { company_id: 'archived' })
    await bulk(DELETE, [{ id: archived.id }])
    await t.call('POST /companies', { company_id: 'by-company_id' })
    const items = [UNKNOWN, 'by-company_id', theirs.id, archived.id].map((id) => ({ id, name: 'Changed' }))
    for (const route of [UPDATE, DELETE]) {
      const { state, refused } = await bulk(route, items)
      assert.equal(state, 'completed_with_errors')
      assert.deepEqual(
        refused,
        items.map((_, at) => [at, 'company_not_found', null]),
      )
    }
    assert.equal((await find('by-company_id')).name, 'by-company_id')
    assert.equal((await find('archived')).errors[0].code, 'company_not_found')
  })
})

test('POST creates companies and updates those that exist; unknown keys are ignored', async () => {
  const { body: before } = await t.call('POST /companies', { company_id: 'known', name: 'Before', size: 7 })
  const { state } = await bulk(CREATE, [
    { company_id: 'known', name: 'After', unknown: 1, id: UNKNOWN },
    { company_id: 'made', name: 'Made', plan: 'Pro', monthly_spend: 155.98, industry: 'Space' },
    { company_id: 'made', size: 3 },
    { company_id: 42 },
  ])
  assert.equal(state, 'completed')
  const [known, made, numbered] = await Promise.all(['known', 'made', '42'].map(find))
  assert.deepEqual([known.id, known.name, known.size], [before.id, 'After', 7])
  assert.deepEqual(
    [made.name, made.plan.name, made.monthly_spend, made.industry, made.size],
    ['Made', 'Pro', 155, 'Space', 3],
  )
  assert.equal(numbered.name, '42')
  assert.deepEqual(await topicsOf(t.workspace, made.id), ['company.created', 'company.updated'])
})

test('PUT changes companies by their id, and never their company_id', async () => {
  const { body: before } = await t.call('POST /companies', { company_id: 'changed', name: 'Before', size: 7 })
  const { state } = await bulk(UPDATE, [{ id: before.id, company_id: 'other', name: 'After', unknown: [] }])
  assert.equal(state, 'completed')
  const after = await find('changed')
  assert.deepEqual([after.id, after.name, after.size], [before.id, 'After', 7])
  assert.equal((await find('other')).errors[0].code, 'company_not_found')
})

test('deleted companies are archived: their contacts are detached, and POST brings them back', async () => {
  const { body: company } = await t.call('POST /companies', { company_id: 'leaving' })
  const contact = await aContact(t.workspace)
  await t.call(`POST /contacts/${contact}/companies`, { id: company.id })
  assert.equal((await bulk(DELETE, [{ id: company.id }])).state, 'completed')
  assert.equal((await find('leaving')).errors[0].code, 'company_not_found')
  const topics = ['company.created', 'company.contact.attached', 'company.contact.detached', 'company.deleted']
  await eventually(
    () => topicsOf(t.workspace, company.id),
    (written) => String(written) === String(topics),
  )
  await bulk(CREATE, [{ company_id: 'leaving' }])
  assert.deepEqual([(await find('leaving')).id, (await find('leaving')).user_count], [company.id, 0])
})

test('500 items of one company_id in five requests at once make one company', async () => {
  const companies = Array.from({ length: 100 }, (_, n) => ({ company_id: 'one', size: n }))
  const answers = await Promise.all(Array.from({ length: 5 }, () => t.call(CREATE, { companies })))
  for (const { body } of answers) assert.equal((await ended(t.call, body.url)).state, 'completed')
  const [counted] = await t.database.sql<{ count: number }[]>`
    select count(*)::integer as count from companies where workspace_id = ${t.created.id} and company_id = 'one'`
  assert.equal(counted?.count, 1)
})
