// Operations of Intercom's that a server does not have yet.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import Fastify from 'fastify'
import { errorHandler } from '#http/errors.ts'
import { intercomOperations, refuseMissingOperations } from '#http/intercom-operations.ts'
import { servedOperations } from '../../docs/generate/operations.ts'
import { testApp } from '../app.ts'

const t = await testApp()
const served = new Set((await servedOperations()).map(({ operation_id }) => operation_id))

/** A server that has only the tags. */
const small = Fastify()
small.setErrorHandler(errorHandler)
refuseMissingOperations(small, [{ method: 'GET', url: '/tags/:id' }])
after(() => small.close())

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
  const missing = intercomOperations().filter(({ operation_id }) => operation_id !== 'findTag')
  assert.ok(missing.length > 200)
  for (const { method, path, operation_id } of missing) {
    const url = path.replace(/\{\w+\}/g, '1')
    const message = `${method} ${path} (${operation_id}) is not implemented yet by this server`
    for (const token of [t.created.token, undefined]) {
      const { statusCode, body } = await small.inject({
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

test('this server has every operation that Intercom has published since 2.7', () => {
  const missing = intercomOperations().filter(({ operation_id }) => !served.has(operation_id))
  assert.deepEqual(missing, [])
})
