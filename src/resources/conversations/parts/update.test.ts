// PUT /conversations/{conversation_id}/conversation_parts/{id}: sad paths first.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { type CallOptions, testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'

const t = await testApp()
const { call } = t
const { admin_id } = t.created
const joe = await aContact(t.workspace)
const { body: made } = await call('POST /secure_mode_secrets', { name: 'Integration', supports_web: true })
const { body: started } = await call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })
const conversation: string = started.conversation_id
const { body: replied } = await call(`POST /conversations/${conversation}/reply`, {
  ...{ message_type: 'comment', type: 'admin', admin_id, body: 'Hi' },
})
const part = replied.conversation_parts.conversation_parts[0]

const proof = (id: string, { of = conversation, secret = made.secret as string } = {}) =>
  createHmac('sha256', secret).update(`${of}:${id}`).digest('hex')
const put = (id: string, body: object, { of = conversation, ...options }: { of?: string } & CallOptions = {}) =>
  call(`PUT /conversations/${of}/conversation_parts/${id}`, body, options)
const proven = (body: object, id: string = part.id, of = conversation) =>
  put(id, { experimental: true, secret: proof(id, { of }), ...body }, { of })
const SENT = { send_state: 'sent', info_message: 'Message delivered successfully' }

test('without a token it is a 401, and before Preview there is no such operation', async () => {
  assert.equal((await put(part.id, SENT, { token: null })).status, 401)
  assert.ok([400, 404].includes((await put(part.id, SENT, { version: '2.16' })).status))
})

test('without the proof it is a 403, whether the part exists or not', async () => {
  for (const id of [part.id, '999999', 'nonsense'])
    for (const body of [
      {},
      SENT,
      { ...SENT, experimental: true },
      { ...SENT, experimental: true, secret: '' },
      { ...SENT, experimental: true, secret: 7 },
      { ...SENT, experimental: true, secret: made.secret },
      { ...SENT, experimental: true, secret: proof(id, { secret: 'another secret' }) },
      { ...SENT, experimental: true, secret: proof('1234567') },
      { ...SENT, experimental: false, secret: proof(id) },
      { ...SENT, experimental: 'true', secret: proof(id) },
      { ...SENT, secret: proof(id) },
    ]) {
      const { status, body: answer } = await put(id, body)
      assert.deepEqual([status, answer.errors], [403, [{ code: 'forbidden', message: 'Forbidden request' }]])
    }
})

test('a part that is not there, or is of another conversation or workspace, is a 404', async () => {
  const { body: other } = await call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })
  for (const answer of [
    await proven(SENT, '999999'),
    await proven(SENT, 'nonsense'),
    await proven(SENT, part.id, other.conversation_id),
    await proven(SENT, part.id, '999999'),
  ])
    assert.deepEqual([answer.status, answer.body.errors], [404, [{ code: 'not_found', message: 'Resource Not Found' }]])
  const theirs = await t.another()
  const { body: own } = await theirs.call('POST /secure_mode_secrets', { name: 'x', supports_web: true })
  const path = `PUT /conversations/${conversation}/conversation_parts/${part.id}`
  const secret = proof(part.id, { secret: own.secret })
  assert.equal((await theirs.call(path, { experimental: true, secret, ...SENT })).status, 404)
})

test('a wrong change is refused, and changes nothing', async () => {
  const wrong: [object, number][] = [
    [{}, 400],
    [{ send_state: 'sent' }, 400],
    [{ send_state: '', info_message: 'x' }, 400],
    [{ send_state: 7, info_message: 'x' }, 400],
    [{ send_state: 'sent', info_message: null }, 400],
    [{ seen: true }, 400],
    [{ seen: false, admin_id }, 400],
    [{ seen: 'yes', admin_id }, 400],
    [{ seen: true, admin_id: '1' }, 404],
    [{ seen: true, admin_id: 'nonsense', ...SENT }, 404],
  ]
  for (const [body, status] of wrong) assert.equal((await proven(body)).status, status, JSON.stringify(body))
  const { body } = await call(`GET /conversations/${conversation}`)
  assert.deepEqual(body.conversation_parts.conversation_parts, [part])
})

test('an integration says how it sent a part, and that an admin has seen it', async () => {
  const before = await topicsOf(t.workspace, conversation)
  const sent = await proven(SENT)
  assert.equal(sent.status, 200)
  const { updated_at } = sent.body
  assert.deepEqual(sent.body, { ...part, updated_at, external_reply_send_state: 'sent' })
  const seen = await proven({ seen: true, admin_id: Number(admin_id) })
  assert.deepEqual([seen.status, seen.body.seen_state], [200, { admin_seen: true }])
  assert.equal((await proven({ ...SENT, send_state: 'failed' })).body.external_reply_send_state, 'failed')
  const [row] = await t.database.sql`
    select external_reply_info_message as info, seen_by from conversation_parts where id = ${part.id}`
  assert.deepEqual({ ...row }, { info: SENT.info_message, seen_by: admin_id })
  assert.deepEqual(await topicsOf(t.workspace, conversation), before)
})
