// Searches and messages to new contacts that lag behind what was written, as in Intercom.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'

const t = await testApp()
const other = await t.another()
beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  await t.call('POST /extensions/sandbox/clock', { freeze_at: 'now' })
})

const set = async (settings: object) => {
  const { status, text } = await t.call('PUT /extensions/sandbox/settings', settings)
  assert.equal(status, 200, text)
}
const advance = (ms: number) => t.call('POST /extensions/sandbox/clock', { advance_seconds: ms / 1000 })
const lead = async (call = t.call) => (await call('POST /contacts', { role: 'lead' })).body.id
const found = async (noun: string, id: string, call = t.call) => {
  const query = { field: 'id', operator: '=', value: id }
  const { status, body, text } = await call(`POST /${noun}/search`, { query })
  assert.equal(status, 200, text)
  return body.total_count === 1
}
const send = async (to: object, call = t.call, admin_id = t.created.admin_id) => {
  const message = { message_type: 'in_app', body: 'Hello', from: { type: 'admin', id: admin_id }, to }
  const { status, body } = await call('POST /messages', message)
  return status === 200 ? 200 : `${status} ${body.errors[0].message}`
}

test('an invalid lag is refused, and an absent one stays', async () => {
  for (const body of [
    { search_lag_ms: -1 },
    { search_lag_ms: 3_600_001 },
    { message_lag_ms: 0.5 },
    { search_lag_ms: '5' },
  ])
    assert.equal((await t.call('PUT /extensions/sandbox/settings', body)).status, 400)
  assert.equal((await t.call('PUT /extensions/sandbox/settings', {}, { token: null })).status, 401)
  await set({ search_lag_ms: 5 })
  await set({ message_lag_ms: 7 })
  const { body } = await t.call('GET /extensions/sandbox/settings')
  assert.deepEqual(body, { type: 'sandbox_settings', search_lag_ms: 5, message_lag_ms: 7 })
  assert.equal((await other.call('GET /extensions/sandbox/settings')).body.search_lag_ms, 0)
})

test('a search finds a contact after the lag; lists and reads have it at once', async () => {
  await set({ search_lag_ms: 60_000 })
  const [id, theirs] = [await lead(), await lead(other.call)]
  assert.equal(await found('contacts', id), false)
  assert.equal((await t.call(`GET /contacts/${id}`)).status, 200)
  assert.equal((await t.call('GET /contacts')).body.total_count, 1)
  assert.equal(await found('contacts', theirs, other.call), true)
  await advance(59_000)
  assert.equal(await found('contacts', id), false)
  await advance(1_000)
  assert.equal(await found('contacts', id), true)
  await t.call(`PUT /contacts/${id}`, { name: 'Changed' })
  assert.equal(await found('contacts', id), false)
  await set({ search_lag_ms: 0 })
  assert.equal(await found('contacts', id), true)
})

test('a search finds a conversation after the lag', async () => {
  await set({ search_lag_ms: 60_000 })
  const from = { type: 'lead', id: await lead() }
  const { conversation_id } = (await t.call('POST /conversations', { from, body: 'Hello' })).body
  assert.equal(await found('conversations', conversation_id), false)
  assert.equal((await t.call('GET /conversations')).body.total_count, 1)
  await advance(60_000)
  assert.equal(await found('conversations', conversation_id), true)
})

test('a message to a contact who is too new is a 404, by any identifier; later it is sent', async () => {
  await set({ message_lag_ms: 60_000 })
  const contact = { email: 'new@example.com', external_id: 'new' }
  const { id } = (await t.call('POST /contacts', contact)).body
  const names = [{ id }, { email: 'NEW@example.com' }, { user_id: 'new' }].map((name) => ({ type: 'user', ...name }))
  for (const to of names) assert.equal(await send(to), '404 User Not Found')
  assert.equal(await send({ type: 'user', id: await lead(other.call) }, other.call, other.created.admin_id), 200)
  await advance(60_000)
  for (const to of names) assert.equal(await send(to), 200)
})

test('a WhatsApp number that no contact has can be written to at once', async () => {
  await set({ message_lag_ms: 60_000 })
  await t.database.sql`
    insert into whatsapp_templates (workspace_id, name, language, category, body)
    values (${t.created.id}, 'hello', 'en', 'utility', 'Hello')`
  const from = { type: 'admin', id: t.created.admin_id }
  const message = { message_type: 'whatsapp', template: 'hello', components: [], from, to: { phone: '+12025550188' } }
  assert.equal((await t.call('POST /messages', message)).status, 200)
})
