// Behind a proxy: Twilio signs the URL that it calls, which begins with PUBLIC_URL, not with the server's own address.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aContact } from '../../../test/factories.ts'
import { sms } from '../../../test/sms.ts'

const PUBLIC = 'https://sms.example.com/interphone'
const s = await sms({ public_url: PUBLIC })
const { t, peer, send, becomes, look, receivedMessage } = s

test('a signature for another URL, or for the address that the server listens on, is refused', async () => {
  for (const signed_as of [undefined, 'http://sms.example.com/interphone/webhooks/twilio/inbound', PUBLIC])
    assert.equal((await s.write('+12025550123', 'Hello', {}, signed_as ? { signed_as } : {})).status, 403)
})

test('a signature for the public URL is valid, with and without the port', async () => {
  for (const host of ['sms.example.com', 'sms.example.com:443']) {
    const signed_as = `https://${host}/interphone/webhooks/twilio/inbound`
    assert.equal((await s.write('+12025550123', 'Hello', {}, { signed_as })).status, 200)
  }
})

test('messages request callbacks at the public URL', async () => {
  const id = await send(await aContact(t.workspace, { formatted_phone: '+12025550144' }))
  const received = receivedMessage(await becomes(id, 'sent'))
  const callback = received.callback ?? ''
  assert.ok(callback.startsWith(`${PUBLIC}/webhooks/twilio/status?delivery=`))
  const reached = callback.replace(`${PUBLIC}/webhooks/twilio/status`, s.status)
  assert.equal(
    (await peer.callBack({ ...received, callback: reached }, 'delivered', {}, { signed_as: callback })).status,
    200,
  )
  assert.equal((await look(id)).status, 'delivered')
})
