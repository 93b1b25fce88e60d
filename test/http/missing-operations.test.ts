// Intercom's operations that this server does not have yet.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intercomOperations } from '#http/intercom-operations.ts'
import { servedOperations } from '../../docs/generate/operations.ts'
import { testApp } from '../app.ts'

const t = await testApp()
const served = new Set((await servedOperations()).map(({ operation_id }) => operation_id))
const missing = intercomOperations().filter(({ operation_id }) => !served.has(operation_id))

test('a URL that is no operation of Intercom is not found, and says nothing else', async () => {
  for (const route of ['GET /admins/activity_logs/1', 'PATCH /companies', 'GET /companies/1/2/3', 'GET /brand']) {
    const { status, body } = await t.call(route)
    assert.deepEqual([status, body.errors[0].message], [404, 'Resource Not Found'], route)
  }
})

test('the word of an operation that only newer versions have is no id of another', async () => {
  for (const route of [
    'GET /conversations/attributes',
    'GET /conversations/deleted',
    'GET /conversations/deleted?page=1',
  ]) {
    const { status, body } = await t.call(route, undefined, { version: '2.11' })
    assert.equal(status, 400)
    assert.equal(body.type, 'error.list')
    assert.equal(body.errors[0].code, 'intercom_version_invalid')
  }
  const { body } = await t.call('GET /admins/1234567')
  assert.equal(body.errors[0].code, 'admin_not_found')
})

test('every missing operation says so, with any body, and with or without a token', async () => {
  assert.ok(missing.length > 0)
  for (const { method, path, operation_id } of missing) {
    const url = path.replace(/\{\w+\}/g, '1')
    const message = `${method} ${path} (${operation_id}) is not implemented yet by this server`
    for (const token of [t.created.token, undefined]) {
      const { statusCode, body } = await t.app.inject({
        method: method as 'POST',
        url,
        headers: { 'content-type': 'text/csv', ...(token && { authorization: `Bearer ${token}` }) },
        ...(method !== 'GET' && { payload: 'a,b' }),
      })
      assert.equal(statusCode, 404, operation_id)
      assert.equal(JSON.parse(body).errors[0].message, message)
    }
  }
})

test('they are not in the API reference', async () => {
  const { body } = await t.call('GET /openapi.json')
  for (const { method, path } of missing) assert.equal(body.paths[path]?.[method.toLowerCase()], undefined, path)
})
