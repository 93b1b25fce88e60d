// What bulk operations refuse at once: the same table for contacts and companies, and the status of unknown jobs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp({ public_url: 'https://interphone.example.com' })
const theirs = await t.another()

const limited = async (scopes: string[]) => {
  const text = newTokenText()
  const { id, admin_id } = t.created
  await insertToken(t.database.sql, id, text, { name: 'limited', admin_id, scopes }, new Date())
  return text
}

/** Returns how many jobs and tasks the first workspace has. */
const stored = async () => {
  const [counted] = await t.database.sql`
    select (select count(*)::integer from jobs where workspace_id = ${t.created.id}) as jobs,
      (select count(*)::integer from job_tasks where workspace_id = ${t.created.id}) as tasks`
  return { ...counted }
}

for (const [kind, one, other] of [
  ['contacts', 'contact', 'companies'],
  ['companies', 'company', 'contacts'],
] as const) {
  const create = `POST /${kind}/bulk`
  const update = `PUT /${kind}/bulk`
  const remove = `POST /${kind}/bulk/delete`
  const items = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `id ${n}` }))
  describe(`bulk ${kind} refuse, and store nothing:`, () => {
    const absent = ['field_not_found', `${kind} field must be supplied`]
    const no_array = ['type_mismatch', `${kind} must be an array`]
    const no_object = ['type_mismatch', `each ${one} must be an object`]
    const no_id = ['field_not_found', `${kind} must be identified by id`]
    const too_many = ['parameter_invalid', `maximum number of ${kind} per request is 100`]

    for (const [what, routes, body, expected] of [
      ['no body', [create, update, remove], undefined, absent],
      ['an empty object', [create, update, remove], {}, absent],
      ['a list as the body', [create, update, remove], [{ id: 'x' }], absent],
      ['null', [create, update, remove], { [kind]: null }, absent],
      ['no items', [create, update, remove], { [kind]: [] }, absent],
      ['the other kind', [create, update, remove], { [other]: [{ id: 'x' }] }, absent],
      ['a text', [create, update, remove], { [kind]: 'x' }, no_array],
      ['an empty text', [create, update, remove], { [kind]: '' }, no_array],
      ['an object', [create, update, remove], { [kind]: { id: 'x' } }, no_array],
      ['a number', [create, update, remove], { [kind]: 0 }, no_array],
      ['a boolean', [create, update, remove], { [kind]: false }, no_array],
      ['a text among the items', [create, update, remove], { [kind]: [{ id: 'x' }, 'y'] }, no_object],
      ['null among the items', [create, update, remove], { [kind]: [null] }, no_object],
      ['a list among the items', [create, update, remove], { [kind]: [[{ id: 'x' }]] }, no_object],
      ['a number among the items', [create, update, remove], { [kind]: [7] }, no_object],
      ['an item without an id', [update, remove], { [kind]: [{ id: 'x' }, { name: 'x' }] }, no_id],
      ['an item with a null id', [update, remove], { [kind]: [{ id: null }] }, no_id],
      ['an item with a blank id', [update, remove], { [kind]: [{ id: ' ' }] }, no_id],
      ['an item with an object as its id', [update, remove], { [kind]: [{ id: {} }] }, no_id],
      ['an external_id instead of an id', [update, remove], { [kind]: [{ external_id: 'x', company_id: 'x' }] }, no_id],
      ['101 items', [create, update, remove], { [kind]: items(101) }, too_many],
      ['101 numbers', [create, update, remove], { [kind]: items(101).map((_, n) => n) }, too_many],
    ] as [string, string[], unknown, string[]][]) {
      test(what, async () => {
        for (const route of routes) {
          const { status, body: answer } = await t.call(route, body)
          const [code, message] = expected
          assert.deepEqual([status, answer.errors], [422, [{ code, message }]], route)
        }
        assert.deepEqual(await stored(), { jobs: 0, tasks: 0 })
      })
    }

    test('a job that is unknown, of another workspace or of the other kind', async () => {
      const { body: their } = await theirs.call(create, { [kind]: [{}] })
      const body = { [kind]: [{ id: 'x' }] }
      const ids = [their.id, 'job_v2_0', 'job_v2_', 'job_v2_99999999999999999999', 'task_v2_1', '1', 'x', '']
      for (const id of ids) {
        for (const route of [create, update, remove]) {
          const { status, body: answer } = await t.call(route, { ...body, job: { id } })
          const errors = [{ code: 'job_not_found', message: `job ${id} not found` }]
          assert.deepEqual([status, answer.errors], [404, errors], route)
        }
        if (!id) continue
        const shown = await t.call(`GET /${kind}/bulk/${id}`)
        assert.deepEqual([shown.status, shown.body.errors?.[0].message], [404, `job ${id} not found`])
      }
      assert.equal((await t.call(create, { ...body, job: { id: 7 } })).body.errors[0].message, 'job 7 not found')
      const third = await t.another()
      const { body: of_other_kind } = await third.call(`POST /${other}/bulk`, { [other]: [{}] })
      const appended = await third.call(create, { ...body, job: { id: of_other_kind.id } })
      assert.deepEqual([appended.status, appended.body.errors[0].code], [404, 'job_not_found'])
      assert.equal((await third.call(`GET /${kind}/bulk/${of_other_kind.id}`)).status, 404)
      assert.equal((await third.call(`GET /${other}/bulk/${of_other_kind.id}`)).status, 200)
    })

    test('a job that is not named by a text', async () => {
      for (const job of ['job_v2_1', 7, true, [], { id: {} }, { id: true }, { id: [] }]) {
        const { status, body } = await t.call(create, { [kind]: [{}], job })
        assert.deepEqual([status, body.errors[0].code], [400, 'parameter_invalid'], JSON.stringify(job))
      }
    })

    test('a request without a token, without the scope, or in a version that lacks the operation', async () => {
      const token = await limited(['read_admins'])
      const body = { [kind]: [{ id: 'x' }] }
      for (const route of [create, update, remove, `GET /${kind}/bulk/job_v2_1`]) {
        const sent = route.startsWith('GET') ? undefined : body
        const anonymous = await t.call(route, sent, { token: null })
        assert.deepEqual([anonymous.status, anonymous.body.errors[0].code], [401, 'unauthorized'])
        assert.equal((await t.call(route, sent, { token })).status, 403)
        const old = await t.call(route, sent, { version: '2.16' })
        assert.deepEqual([old.status, old.body.errors[0].code], [400, 'intercom_version_invalid'])
      }
    })

    test('a body that is no JSON, or larger than four megabytes', async () => {
      const large = { [kind]: Array.from({ length: 100 }, () => ({ name: 'x'.repeat(42_000) })) }
      const refused = await t.call(create, large)
      assert.deepEqual([refused.status, refused.body.errors[0].code], [413, 'payload_too_large'])
      const headers = { 'content-type': 'application/json' }
      assert.equal((await t.call(create, '{"x', { headers })).status, 400)
    })
  })

  test(`an id of ${kind} may be a number, and 100 items of 30 KB are accepted`, async () => {
    const third = await t.another()
    assert.equal((await third.call(update, { [kind]: [{ id: 7 }] })).status, 202)
    const large = Array.from({ length: 100 }, (_, n) => ({ id: String(n), name: 'x'.repeat(30_000) }))
    const { status, body } = await third.call(update, { [kind]: large })
    assert.deepEqual([status, body.tasks[0].item_count], [202, 100])
  })
}

test('the status of a job that does not exist, or is another workspace’s, is not found', async () => {
  const { body: their } = await theirs.call('POST /contacts/bulk', { contacts: [{}] })
  for (const id of [
    their.id,
    'job_v2_0',
    'job_v2_x',
    '20',
    'x',
    'job_v2_99999999999999999999',
    '%00',
    '%F0%9F%99%82',
  ]) {
    for (const path of [`/jobs/status/${id}`, `/extensions/jobs/${id}/errors`]) {
      const { status, body } = await t.call(`GET ${path}`)
      assert.deepEqual([status, body.errors], [404, [{ code: 'job_not_found', message: 'Job Not Found' }]], path)
    }
  }
  assert.equal((await t.call('GET /jobs/status/job_v2_1', undefined, { token: null })).status, 401)
  const old = await t.call('GET /jobs/status/job_v2_1', undefined, { version: '2.13' })
  assert.deepEqual([old.status, old.body.errors[0].code], [400, 'intercom_version_invalid'])
  const token = await limited(['read_admins'])
  assert.equal((await t.call('GET /extensions/jobs/job_v2_1/errors', undefined, { token })).status, 403)
})
