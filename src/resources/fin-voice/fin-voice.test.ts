// Calls of phone providers: registered, matched by their number, and collected. Sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Call, testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { call } = t
const REGISTER = 'POST /fin_voice/register'

let numbers = 0
const aNumber = () => `+1202555${String(numbers++).padStart(4, '0')}`
let calls = 0
const register = (phone_number: string, more: object = {}) =>
  call(REGISTER, { phone_number, call_id: `call-${calls++}`, ...more })
const anEndedCall = async (phone: string, more: object = {}) =>
  (await call('POST /extensions/calls', { direction: 'inbound', phone, state: 'completed', ...more })).body
const collect = (id: number) => call(`GET /fin_voice/collect/${id}`)
const refusal = ({ status, body }: Awaited<ReturnType<Call>>) => [status, body.errors[0].code, body.errors[0].message]

test('a registration without a number or an id, or with wrong ones, is refused', async () => {
  const right = { phone_number: '+12025559999', call_id: 'a' }
  const cases: [body: unknown, code: string, message: RegExp][] = [
    [{}, 'parameter_not_found', /phone_number is required/],
    [{ call_id: 'a' }, 'parameter_not_found', /phone_number is required/],
    [{ ...right, phone_number: null }, 'parameter_not_found', /phone_number is required/],
    [{ ...right, phone_number: ' ' }, 'parameter_not_found', /phone_number is required/],
    [{ ...right, call_id: undefined }, 'parameter_not_found', /call_id is required/],
    [{ ...right, call_id: '' }, 'parameter_not_found', /call_id is required/],
    [{ ...right, phone_number: '555 0142' }, 'parameter_invalid', /country code/],
    [{ ...right, phone_number: 'nobody' }, 'parameter_invalid', /country code/],
    [{ ...right, source: 'skype' }, 'parameter_invalid', /source must be one of aws_connect, five9, zoom_phone/],
    [{ ...right, data: 'x' }, 'parameter_invalid', /data/],
    [{ ...right, call_id: 'a\0b' }, 'parameter_invalid', /./],
  ]
  for (const [body, code, message] of cases) {
    const [status, got, text] = refusal(await call(REGISTER, body))
    assert.deepEqual([status, got], [400, code], JSON.stringify(body))
    assert.match(text, message)
  }
  assert.equal((await call(REGISTER, right, { token: null })).status, 401)
  assert.equal((await call(REGISTER, right, { version: '2.14' })).status, 400)
})

test('a call that is registered twice is a 409, also at once; another workspace may have the same id', async () => {
  const request = { phone_number: aNumber(), call_id: 'twice', data: { queue: 'sales' } }
  const answers = await Promise.all([1, 2, 3].map(() => call(REGISTER, request)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409])
  assert.equal(refusal(await call(REGISTER, { ...request, source: 'five9' }))[1], 'conflict')
  const { call: other } = await t.another()
  assert.equal((await other(REGISTER, request)).status, 200)
})

test('a registered call is not found until it is matched', async () => {
  const phone = aNumber()
  const { body } = await register(phone, { source: 'zoom_phone' })
  assert.deepEqual(body, {
    ...{ id: body.id, app_id: Number.parseInt(t.workspace.id, 36), user_phone_number: phone, status: 'registered' },
    ...{ intercom_call_id: null, external_call_id: body.external_call_id, intercom_conversation_id: null },
    ...{ call_transcript: [], call_summary: '', intent: [] },
  })
  for (const path of [
    `collect/${body.id}`,
    `external_id/${body.external_call_id}`,
    `phone_number/${phone}`,
    'collect/x',
  ])
    assert.deepEqual(refusal(await call(`GET /fin_voice/${path}`)), [404, 'not_found', 'Resource Not Found'], path)
  assert.equal((await call('GET /fin_voice/phone_number/nobody')).status, 404)
  assert.deepEqual((await call('GET /fin_voice/conversation/1')).body, [])
})

test('a call of another number, of another workspace, or of another time does not match', async () => {
  const phone = aNumber()
  const { body } = await register(phone)
  await anEndedCall(aNumber())
  const { call: other } = await t.another()
  await other('POST /extensions/calls', { direction: 'inbound', phone })
  const initiated_at = Math.floor(Date.now() / 1000)
  for (const minutes of [-6, 6])
    await anEndedCall(phone, { initiated_at: initiated_at + minutes * 60, state: undefined })
  assert.equal((await collect(body.id)).status, 404)
})

test('a call matches the registration of its number, whichever is first, and each only once', async () => {
  const phone = aNumber()
  const early = await anEndedCall(phone, { state: 'initiated' })
  const first = (await register(phone)).body
  assert.deepEqual([first.status, first.intercom_call_id], ['in-progress', early.id])
  const second = (await register(phone)).body
  assert.equal(second.status, 'registered')
  const late = await anEndedCall(phone, { state: 'initiated' })
  assert.equal((await collect(second.id)).body.intercom_call_id, late.id)
  assert.equal((await collect(first.id)).body.intercom_call_id, early.id)
  assert.equal((await call(`GET /fin_voice/phone_number/${encodeURIComponent(phone)}`)).body.id, second.id)
  assert.equal((await call(`GET /fin_voice/external_id/${first.external_call_id}`)).body.id, first.id)

  const both = aNumber()
  const [registered, made] = await Promise.all([register(both), anEndedCall(both)])
  assert.equal((await collect(registered.body.id)).body.intercom_call_id, made.id)
})

test('a call that gets its number later matches then', async () => {
  const phone = aNumber()
  const { body } = await register(phone)
  const made = await anEndedCall(aNumber(), { state: 'initiated' })
  await call(`PUT /extensions/calls/${made.id}`, { phone })
  assert.equal((await collect(body.id)).body.intercom_call_id, made.id)
})

test('a collected call has the state, transcript, summary and conversation of its call', async () => {
  const id = await aContact(t.workspace)
  const { body: conversation } = await call('POST /conversations', { from: { type: 'user', id }, body: 'Call me' })
  const { conversation_id } = conversation
  const phone = aNumber()
  const { body } = await register(phone)
  const summary = `<p>About <b>an invoice</b> ${'x'.repeat(300)}</p>`
  const made = await anEndedCall(phone, { conversation_id, answered_at: Math.floor(Date.now() / 1000), summary })
  const entries = [{ time: 1, speaker: 'User', text: 'Hello' }]
  await call(`PUT /extensions/calls/${made.id}/transcript`, { entries })
  const { body: shown } = await collect(body.id)
  assert.deepEqual([shown.status, shown.intercom_conversation_id], ['resolved', conversation_id])
  assert.deepEqual(shown.call_transcript, entries)
  assert.equal(shown.call_summary.length, 256)
  assert.match(shown.call_summary, /^About an invoice x+$/)
  assert.deepEqual((await call(`GET /fin_voice/conversation/${conversation_id}`)).body, [shown])
})

test('a call that has ended was resolved, escalated to a teammate, or abandoned', async () => {
  const answered_at = Math.floor(Date.now() / 1000)
  const cases: [more: object, status: string][] = [
    [{ answered_at }, 'resolved'],
    [{ answered_at, admin_id: t.created.admin_id }, 'escalated'],
    [{}, 'abandoned'],
    [{ state: 'in-progress' }, 'in-progress'],
    [{ state: 'queued' }, 'in-progress'],
  ]
  for (const [more, status] of cases) {
    const phone = aNumber()
    const { body } = await register(phone)
    await anEndedCall(phone, more)
    assert.equal((await collect(body.id)).body.status, status, JSON.stringify(more))
  }
})
