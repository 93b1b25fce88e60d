// Away status reasons: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { listeningServer } from '../../../test/sdk/server.ts'
import { demo } from './demo.ts'
import { insertAwayStatusReason } from './queries.ts'

const server = await listeningServer()
const list = (options = {}) => server.call('GET /away_status_reasons', undefined, options)

test('without a token, or without the scope, nothing is listed', async () => {
  const refused = await list({ token: null })
  assert.equal(refused.status, 401)
  assert.deepEqual(refused.body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
  const { created, database } = server
  const text = newTokenText()
  const token = { name: 'Limited', admin_id: created.admin_id, scopes: ['read_conversations'] }
  await insertToken(database.sql, created.id, text, token, new Date())
  assert.equal((await list({ token: text })).status, 403)
})

test('before 2.14 there are none to list', async () => {
  const { status, body } = await list({ version: '2.13' })
  assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
})

test('a workspace without reasons has an empty list, whatever another has', async () => {
  const other = await server.another()
  await insertAwayStatusReason(other.workspace, { label: 'Theirs', emoji: '', order: 1 })
  assert.deepEqual((await list()).body, { type: 'list', data: [] })
})

test('reasons are listed in their order, with the deleted ones, in every version that has them', async () => {
  const { call, workspace } = await server.another()
  const at = Date.UTC(2026, 5, 1)
  const then = { ...workspace, now: () => new Date(at) }
  const second = await insertAwayStatusReason(then, { label: 'Lunch', emoji: '🍔', order: 2 })
  const first = await insertAwayStatusReason(then, { label: 'Training', emoji: '', order: 1, deleted: true })
  const times = { created_at: at / 1000, updated_at: at / 1000 }
  const type = 'away_status_reason'
  for (const version of ['2.14', '2.15', '2.16', 'Preview']) {
    const { status, body } = await call('GET /away_status_reasons', undefined, { version })
    assert.equal(status, 200)
    assert.deepEqual(body, {
      type: 'list',
      data: [
        { type, id: first, label: 'Training', emoji: '', order: 1, deleted: true, ...times },
        { type, id: second, label: 'Lunch', emoji: '🍔', order: 2, deleted: false, ...times },
      ],
    })
  }
})

test('an admin goes away for a reason of the demo, which a reset of the sandbox leaves', async () => {
  const { call, created, workspace } = await server.another()
  await demo(workspace)
  await call('POST /extensions/sandbox/reset')
  const { body } = await call('GET /away_status_reasons')
  assert.deepEqual(
    body.data.map(({ label, order }: { label: string; order: number }) => [label, order]),
    [
      ['On a break', 1],
      ['In a meeting', 2],
      ['Done for the day', 3],
    ],
  )
  const [{ id }] = body.data
  const away = { away_mode_enabled: true, away_mode_reassign: false, away_status_reason_id: Number(id) }
  const { body: admin } = await call(`PUT /admins/${created.admin_id}/away`, away)
  assert.equal(admin.away_status_reason_id, id)
})

test('SDK 7: the list has the reasons under data', async () => {
  const { created, workspace } = await server.another()
  const client = new IntercomClient({ token: created.token, baseUrl: server.url })
  await insertAwayStatusReason(workspace, { label: 'Lunch', emoji: '🍔', order: 1 })
  // Its type is a plain array: it was generated before Intercom corrected the description.
  const { data } = (await client.awayStatusReasons.listAwayStatusReasons()) as unknown as { data: { label: string }[] }
  assert.deepEqual(
    data.map(({ label }) => label),
    ['Lunch'],
  )
})
