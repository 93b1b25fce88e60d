// Fin Voice with the official SDK, which has it in its unstable version.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const [{ client: clientOf, errors }] = SDKS
const { calls } = clientOf({ token: server.created.token, baseUrl: server.url }).unstable
/** Release 7 says 2.14, which has no Fin Voice. */
const VERSION = { headers: { 'Intercom-Version': 'Preview' } }
const PHONE = '+12025550142'

test('release 7: a call is registered, and collected when it is matched', async () => {
  const fails = failing(errors)
  const registered = await calls.registerFinVoiceCall({ phone_number: PHONE, call_id: 'a', source: 'five9' }, VERSION)
  const { id = 0 } = registered
  await fails(
    () => calls.registerFinVoiceCall({ phone_number: PHONE, call_id: 'a' }, VERSION),
    409,
    /already registered/,
  )
  await fails(() => calls.collectFinVoiceCallById({ id }, VERSION), 404, /Resource Not Found/)
  await server.call('POST /extensions/calls', { direction: 'inbound', phone: PHONE, state: 'in-progress' })
  assert.equal((await calls.collectFinVoiceCallById({ id }, VERSION)).status, 'in-progress')
  assert.equal((await calls.collectFinVoiceCallByExternalId({ external_id: 'a' }, VERSION)).id, id)
  const found: unknown = await calls.collectFinVoiceCallByPhoneNumber({ phone_number: PHONE }, VERSION)
  assert.equal((found as { id: number }).id, id)
})
