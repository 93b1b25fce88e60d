// Which version of the API answers: the header's, the workspace's, or the server's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VERSIONS } from '#versions/versions.ts'
import { testApp } from '../app.ts'

const t = await testApp()
const answeredIn = async (version: string) =>
  (await t.call('GET /tags', undefined, { version })).headers['intercom-version']

test('a version that there is not is refused', async () => {
  for (const version of [
    '2.99',
    '2',
    '2.14.0',
    'latest',
    '3.0',
    '-1',
    '2.14, 2.11',
    'Preview Preview',
    'x'.repeat(5000),
  ]) {
    const { status, body, headers } = await t.call('GET /tags', undefined, { version })
    assert.equal(status, 400, version)
    assert.deepEqual(body.errors, [
      { code: 'intercom_version_invalid', message: 'The requested version could not be found' },
    ])
    assert.equal(body.request_id, headers['x-request-id'])
  }
})

test('every version that Intercom had is served, and the answer says which it was', async () => {
  assert.equal(VERSIONS.length, 23)
  for (const version of VERSIONS) assert.equal(await answeredIn(version), version)
})

test('Unstable is Preview, and case makes no difference', async () => {
  for (const name of ['Preview', 'preview', 'PREVIEW', 'Unstable', 'unstable', ' UNSTABLE ']) {
    assert.equal(await answeredIn(name), 'Preview', name)
  }
})

test('an operation is refused by the versions before the one that brought it', async () => {
  const routes = { 'GET /messages/status?ruleset_id=1': '2.16', 'GET /contacts/find_by_external_id/x': '2.13' }
  for (const [route, since] of Object.entries(routes)) {
    for (const [index, version] of VERSIONS.entries()) {
      const { body, headers } = await t.call(route, undefined, { version })
      const isRefused = body.errors?.[0].code === 'intercom_version_invalid'
      assert.equal(isRefused, index < VERSIONS.indexOf(since), `${route} in ${version}`)
      assert.equal(headers['intercom-version'], version)
      if (isRefused) {
        assert.equal(body.errors[0].message, 'Requested resource is not available in current API version.')
      }
    }
  }
})

test('without the header the workspace’s version answers, and without that the server’s', async () => {
  assert.equal((await t.call('GET /tags')).headers['intercom-version'], 'Preview')
  const { call, created } = await t.another()
  await t.database.sql`update workspaces set default_version = '2.9' where id = ${created.id}`
  assert.equal((await call('GET /tags')).headers['intercom-version'], '2.9')
  assert.equal((await call('GET /tags', undefined, { version: '2.14' })).headers['intercom-version'], '2.14')
  assert.equal(
    (await call('GET /tags', undefined, { headers: { 'intercom-version': '' } })).headers['intercom-version'],
    '2.9',
  )
})

test('a server can be told which version answers where nobody says', async () => {
  const old = await testApp({ default_version: '2.11' })
  assert.equal((await old.call('GET /tags')).headers['intercom-version'], '2.11')
  const { call, created } = await old.another()
  await old.database.sql`update workspaces set default_version = '2.14' where id = ${created.id}`
  assert.equal((await call('GET /tags')).headers['intercom-version'], '2.14')
})
