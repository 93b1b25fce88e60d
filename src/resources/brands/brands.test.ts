// Brands: sad paths first.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { id: workspace_id } = t.created
const read = async (id: string) => (await t.call(`GET /brands/${id}`)).body
const ids = async () => (await t.call('GET /brands')).body.data.map(({ id }: { id: string }) => id)

test('every operation needs a token; reading needs a version from 2.15', async () => {
  const writes = ['POST /extensions/brands', 'PUT /extensions/brands/1', 'DELETE /extensions/brands/1']
  for (const route of ['GET /brands', 'GET /brands/1', ...writes])
    assert.equal((await t.call(route, /^P/.test(route) ? {} : undefined, { token: null })).status, 401, route)
  for (const route of ['GET /brands', 'GET /brands/1'])
    assert.equal((await t.call(route, undefined, { version: '2.14' })).status, 400, route)
})

test('a wrong brand is refused, and nothing is saved', async () => {
  const before = await ids()
  const [default_row] = await t.database.sql`select id from brands where workspace_id = ${workspace_id}`
  const cases: [route: string, body: unknown, status: number, message: RegExp][] = [
    ['GET /brands/999999', undefined, 404, /^Brand not found$/],
    ['GET /brands/none', undefined, 404, /^Brand not found$/],
    [`GET /brands/${default_row!['id']}`, undefined, 404, /^Brand not found$/],
    ['PUT /extensions/brands/999999', { name: 'x' }, 404, /^Brand not found$/],
    ['DELETE /extensions/brands/999999', undefined, 404, /^Brand not found$/],
    ['POST /extensions/brands', {}, 400, /name/],
    ['POST /extensions/brands', { name: ' ' }, 400, /^name must not be blank$/],
    ['POST /extensions/brands', { name: 'x'.repeat(256) }, 400, /name/],
    ['POST /extensions/brands', { name: 'x', help_center_id: 999999 }, 404, /Not Found/],
    [`PUT /extensions/brands/${workspace_id}`, { help_center_id: 'none' }, 404, /Not Found/],
    [`DELETE /extensions/brands/${workspace_id}`, undefined, 422, /default brand cannot be deleted/],
  ]
  for (const [route, body, status, message] of cases) {
    const answer = await t.call(route, body)
    assert.equal(answer.status, status, `${route} ${answer.text}`)
    assert.match(answer.body.errors[0].message, message)
  }
  assert.deepEqual(await ids(), before)
})

test("every workspace has a default brand with its id, and the default help center's", async () => {
  const { data } = (await t.call('GET /help_center/help_centers')).body
  const brand = await read(workspace_id)
  assert.deepEqual([brand.type, brand.name, brand.is_default], ['brand', t.created.name, true])
  assert.deepEqual([brand.help_center_id, brand.default_address_settings_id], [data[0].id, null])
  assert.deepEqual(await ids(), [workspace_id])
})

test('the migration gives a default brand to workspaces that are older', async () => {
  const migration = readFileSync('migrations/0080_brands_and_emails.sql', 'utf8')
  const [, insert = ''] = /(insert into brands[^;]*);/.exec(migration) ?? []
  const other = await t.another('Older')
  const { sql } = t.database
  await sql`delete from brands`
  await sql.unsafe(insert)
  const { body } = await other.call('GET /brands')
  assert.deepEqual([body.data[0].id, body.data[0].name, body.data.length], [other.created.id, 'Older', 1])
})

test('a brand is created, changed and deleted; without a help center it has the default one', async () => {
  const center = (await t.call('POST /extensions/help_centers', { identifier: `b-${workspace_id}`, display_name: 'B' }))
    .body
  const { body: made } = await t.call('POST /extensions/brands', { name: ' Premium ', help_center_id: center.id })
  assert.deepEqual([made.name, made.is_default, made.help_center_id], ['Premium', false, center.id])
  const { body: changed } = await t.call(`PUT /extensions/brands/${made.id}`, { name: 'Gold' })
  assert.deepEqual([changed.name, changed.help_center_id], ['Gold', center.id])
  await t.call(`DELETE /extensions/help_centers/${center.id}`)
  assert.equal((await read(made.id)).help_center_id, (await read(workspace_id)).help_center_id)
  const { body: renamed } = await t.call(`PUT /extensions/brands/${workspace_id}`, { name: 'Main' })
  assert.deepEqual([renamed.id, renamed.name], [workspace_id, 'Main'])
  assert.deepEqual(await ids(), [workspace_id, made.id])
  assert.equal((await t.call(`DELETE /extensions/brands/${made.id}`)).status, 204)
  assert.deepEqual(await ids(), [workspace_id])
})
