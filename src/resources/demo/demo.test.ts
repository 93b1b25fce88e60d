// The list of what no operation of Intercom's can make.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillWithDemo } from '#resources/index.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp()

const listed = async (call = t.call) =>
  (await call('GET /extensions/demo')).body.data as { type: string; id: string; name: string }[]

test('without a token it is refused', async () => {
  assert.equal((await t.call('GET /extensions/demo', undefined, { token: null })).status, 401)
})

test('an empty workspace has only its admin and its default brand', async () => {
  const { body: me } = await t.call('GET /me')
  const { body: brands } = await t.call('GET /brands')
  assert.deepEqual(await listed(), [
    { type: 'admin', id: me.id, name: me.name },
    { type: 'brand', id: brands.data[0].id, name: 'First' },
  ])
})

test('a demo has one of each, and each id works in its operation', async () => {
  const { call, created } = await t.another()
  await t.database.sql.begin((sql) => fillWithDemo(sql, created))
  const objects = await listed(call)
  const types = new Set(objects.map(({ type }) => type))
  for (const type of ['admin', 'team', 'away_status_reason', 'subscription', 'segment', 'banner', 'whatsapp_template'])
    assert.ok(types.has(type), type)
  const idsIn = async (route: string, list = 'data') =>
    (await call(route)).body[list].map(({ id }: { id: string }) => id)
  const idsOf = (type: string) => objects.filter((one) => one.type === type).map(({ id }) => id)
  assert.deepEqual(idsOf('admin'), await idsIn('GET /admins', 'admins'))
  assert.deepEqual(idsOf('team'), await idsIn('GET /teams', 'teams'))
  assert.deepEqual(idsOf('away_status_reason').sort(), (await idsIn('GET /away_status_reasons')).sort())
  assert.deepEqual(idsOf('subscription'), await idsIn('GET /subscription_types'))
  const built_in = 5
  assert.deepEqual(idsOf('segment'), (await idsIn('GET /segments', 'segments')).slice(built_in))
  assert.deepEqual(idsOf('banner'), await idsIn('GET /extensions/banners'))
  assert.ok(idsOf('whatsapp_template').includes('order_update'))
})

test('it stays as it is through a reset of the sandbox', async () => {
  const { call, created } = await t.another()
  await t.database.sql.begin((sql) => fillWithDemo(sql, created))
  const before = await listed(call)
  assert.equal((await call('POST /extensions/sandbox/reset')).status, 200)
  assert.deepEqual(await listed(call), before)
})
