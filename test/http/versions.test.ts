// The API version of an answer: from the header, the workspace, or the server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VERSIONS } from '#versions/versions.ts'
import { type TestApp, testApp } from '../app.ts'
import { aContact } from '../factories.ts'

const t = await testApp()

/** Returns the answer to a GET in a version, or without the header if it is undefined. */
async function get(url: string, version?: string, { app, created }: Pick<TestApp, 'app' | 'created'> = t) {
  const headers = {
    authorization: `Bearer ${created.token}`,
    ...(version !== undefined && { 'intercom-version': version }),
  }
  const answer = await app.inject({ url, headers })
  return { status: answer.statusCode, body: answer.json(), version: answer.headers['intercom-version'] }
}

test('an unknown version is refused', async () => {
  for (const wrong of [
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
    const { status, body, version } = await get('/tags', wrong)
    assert.equal(status, 400, wrong)
    assert.deepEqual(body.errors, [
      { code: 'intercom_version_invalid', message: 'The requested version could not be found' },
    ])
    assert.equal(version, undefined)
  }
})

test('every version that Intercom had is served, and the answer names it', async () => {
  assert.equal(VERSIONS.length, 23)
  for (const version of VERSIONS) assert.equal((await get('/tags', version)).version, version)
})

test('Unstable is Preview, and case makes no difference', async () => {
  for (const name of ['Preview', 'preview', 'PREVIEW', 'Unstable', 'unstable', ' UNSTABLE ']) {
    assert.equal((await get('/tags', name)).version, 'Preview', name)
  }
})

test('versions before an operation was added refuse it', async () => {
  const routes = { '/messages/status?ruleset_id=1': '2.16', '/contacts/find_by_external_id/x': '2.13' }
  for (const [url, since] of Object.entries(routes)) {
    for (const [index, asked] of VERSIONS.entries()) {
      const { status, body, version } = await get(url, asked)
      assert.equal(version, asked)
      if (index >= VERSIONS.indexOf(since)) {
        assert.notEqual(body.errors?.[0].code, 'intercom_version_invalid', `${url} in ${asked}`)
        continue
      }
      assert.equal(status, 400, `${url} in ${asked}`)
      assert.deepEqual(body.errors, [
        {
          code: 'intercom_version_invalid',
          message: 'Requested resource is not available in current API version.',
        },
      ])
    }
  }
})

test('without the header the version of the workspace applies, or else the server’s', async () => {
  assert.equal((await get('/tags')).version, 'Preview')
  const { created } = await t.another()
  const asThem = { app: t.app, created }
  await t.database.sql`update workspaces set default_version = '2.9' where id = ${created.id}`
  assert.equal((await get('/tags', undefined, asThem)).version, '2.9')
  assert.equal((await get('/tags', '', asThem)).version, '2.9')
  assert.equal((await get('/tags', '2.14', asThem)).version, '2.14')
})

test('the default version of a server can be set', async () => {
  const old = await testApp({ default_version: '2.11' })
  assert.equal((await get('/tags', undefined, old)).version, '2.11')
  const { created } = await old.another()
  await old.database.sql`update workspaces set default_version = '2.14' where id = ${created.id}`
  assert.equal((await get('/tags', undefined, { app: old.app, created })).version, '2.14')
})

test('the caller’s own data is the same in every version, whatever it contains', async () => {
  const { sql } = t.database
  const attributes = {
    talk: { type: 'conversation', priority: 'high', admin_assignee_id: 0 },
    boss: { type: 'admin', team_priority_level: { primary_team_ids: [] } },
    gone: { type: 'contact', archived: true, owner_id: '1' },
    kind: { type: 'data_attribute', data_type: 'datetime' },
    mark: { type: 'tag', users: [], companies: [] },
  }
  const id = await aContact(t.workspace, { custom_attributes: sql.json(attributes), formatted_phone: '+12025550141' })
  const body = 'Look here'
  const { conversation_id } = (await t.call('POST /conversations', { from: { type: 'user', id }, body })).body
  const reply = { message_type: 'comment', type: 'user', intercom_user_id: id, body }
  await t.call(`POST /conversations/${conversation_id}/reply`, reply)
  await sql`
    with attributes as (
      insert into conversation_attributes (workspace_id, name, data_type, created_at, updated_at)
      select ${t.created.id}, name, 'string', now(), now() from unnest(${Object.keys(attributes)}::text[]) name
      returning id, name
    )
    update conversations set custom_attributes = (
      select jsonb_object_agg(id, ${sql.json(attributes)}::jsonb -> name) from attributes)
    where id = ${conversation_id}`
  await sql`
    update conversation_parts set metadata = ${sql.json(attributes)}, event_details = ${sql.json(attributes)}
    where conversation_id = ${conversation_id}`
  const components = [{ type: 'BODY', parameters: [{ type: 'text', text: 'Hi' }] }, ...Object.values(attributes)]
  const template = { message_type: 'whatsapp', template: 'order_update', components }
  const broadcast = await t.call('POST /extensions/broadcasts', { ...template, audience: { contact_ids: [id] } })
  assert.equal(broadcast.status, 202, broadcast.text)

  for (const version of VERSIONS) {
    const shown = async (path: string) => (await t.call(`GET ${path}`, undefined, { version })).body
    assert.deepEqual((await shown(`/contacts/${id}`)).custom_attributes, attributes, version)
    const [listed] = (await shown('/contacts')).data
    assert.deepEqual(listed.custom_attributes, attributes, version)
    const conversation = await shown(`/conversations/${conversation_id}`)
    assert.deepEqual(conversation.custom_attributes, attributes, version)
    const [part] = conversation.conversation_parts.conversation_parts
    assert.deepEqual([part.metadata, part.event_details], [attributes, attributes], version)
    assert.deepEqual((await shown(`/extensions/broadcasts/${broadcast.body.id}`)).components, components, version)
  }
})
