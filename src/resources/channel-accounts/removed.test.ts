// An account that is removed while the worker has leased its messages: the sandbox captures none of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { accountOf, whatsapp } from '../../../test/whatsapp.ts'

const { t, peer } = await whatsapp()
const { call, workspace } = t

const MESSAGES = 200
const total = async (path: string) => (await call(`GET ${path}`)).body.total_count

test('queued deliveries fail as account_removed, those being sent are sent, and retries use the new account', async () => {
  peer.slowness = 150
  const to = await aContact(workspace, { formatted_phone: '+12025550123' })
  await Promise.all(Array.from({ length: MESSAGES }, () => aMessage(workspace, { to, message_type: 'whatsapp' })))
  await eventually(
    async () => peer.received.length,
    (received) => received > 10,
  )
  const { data } = (await call('GET /extensions/channels')).body
  assert.equal((await call(`DELETE /extensions/channels/${data[0].id}`)).status, 200)
  await sleep(1_500)
  const sent = await total('/extensions/deliveries?status=sent')
  assert.equal(sent, peer.received.length)
  assert.ok(sent < MESSAGES, `${sent} were sent`)
  assert.equal(await total('/extensions/deliveries?status=failed'), MESSAGES - sent)
  assert.equal(await total('/extensions/sandbox/messages'), 0)

  assert.equal((await call('POST /extensions/channels', accountOf(peer))).status, 200)
  const [ended] = (await call('GET /extensions/deliveries?status=failed')).body.data
  assert.equal(ended.error.code, 'account_removed')
  assert.equal((await call(`POST /extensions/deliveries/${ended.id}/retry`)).status, 200)
  await eventually(
    async () => (await call(`GET /extensions/deliveries/${ended.id}`)).body.status,
    (status) => status === 'sent',
  )
})
