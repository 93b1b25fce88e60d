// If the provider refuses an account, messages do not fail: they wait with the reason, and are sent when it is fixed.

import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { NEARBY, SECRET, testApp } from '../../../test/app.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { metaPeer } from '../../../test/meta.ts'
import { smtpSink } from '../../../test/smtp-sink.ts'
import { twilioPeer } from '../../../test/twilio.ts'
import { type EnvironmentAccount, saveEnvironmentAccounts } from './environment.ts'

const t = await testApp()
const { sql } = t.database
const [strict, sink, twilio, meta] = [await smtpSink(), await smtpSink(), await twilioPeer(), await metaPeer()]
strict.refuse = () => '530 5.7.0 Authentication required'
const around = { public_url: 'http://localhost', secret: SECRET, egress: NEARBY }
const mail = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: SECRET }
const accounts = accountPool(sql, around, captureAccount(mail))
const worker = await startWorker({
  sql,
  recipients: contactRecords,
  accounts,
  log: { error() {}, warn() {}, info() {} },
})
after(async () => {
  await worker.stop()
  await accounts.close()
  await Promise.all([strict, sink, twilio, meta].map((peer) => peer.close()))
})
/** A separate pool, so that no account is cached from another test. */
let one: Awaited<ReturnType<typeof t.another>>
beforeEach(async () => {
  one = await t.another()
})

const CASES = {
  email: {
    code: 'smtp_auth',
    wrong: { provider: 'smtp', settings: { from: 'hello@example.com' }, secrets: { url: strict.url } },
    right: { secrets: { url: sink.url } },
  },
  sms: {
    code: '20003',
    wrong: {
      provider: 'twilio',
      settings: { account_sid: twilio.account_sid, from: '+12025550100', base_url: twilio.url },
      secrets: { auth_token: 'wrong' },
    },
    right: { secrets: { auth_token: twilio.auth_token } },
  },
  whatsapp: {
    code: '190',
    wrong: {
      provider: 'meta',
      settings: { phone_number_id: meta.phone_number_id, base_url: meta.url },
      secrets: { ...meta.secrets, access_token: 'EAAexpired' },
    },
    right: { secrets: { access_token: meta.secrets.access_token } },
  },
}
type Channel = keyof typeof CASES
const CHANNELS = Object.keys(CASES) as Channel[]

async function send(message_type: Channel): Promise<string> {
  const to = await aContact(one.workspace, { email: 'joe@example.com', formatted_phone: '+12025550123' })
  const template = message_type === 'whatsapp' && { components: [], locale: 'en', template: 'order_update' }
  return aMessage(one.workspace, { to, message_type, body: 'Hello', ...template })
}
const look = async (id: string) => (await one.call(`GET /extensions/messages/${id}/deliveries`)).body.data[0]
const tried = (id: string) =>
  eventually(
    () => look(id),
    ({ history }) => history.length > 0,
  )
const becomes = (id: string, status: string) =>
  eventually(
    () => look(id),
    (delivery) => delivery.status === status,
  )
/** Postpones it for an hour, as after many attempts. */
const waitLong = () => sql`
  update deliveries set due_at = now() + interval '1 hour' where workspace_id = ${one.workspace.id} and status = 'queued'`
const dueIn = async (id: string) => {
  const [row] = await sql`
    select extract(epoch from due_at - now())::float8 as seconds from deliveries where message_id = ${id}`
  return row?.['seconds']
}

test('a new name, or another channel’s account, does not retry waiting deliveries', async () => {
  const { wrong } = CASES.sms
  const { body } = await one.call('POST /extensions/channels', wrong)
  const id = await send('sms')
  await tried(id)
  await waitLong()
  await one.call(`PUT /extensions/channels/${body.id}`, { name: 'Renamed' })
  assert.equal((await one.call('POST /extensions/channels', CASES.email.wrong)).status, 200)
  assert.ok((await dueIn(id)) > 3_000)
  await waitLong()
  await sql`update deliveries set attempts = attempts + 1 where message_id = ${id}` // Leased: it is being sent.
  await one.call(`PUT /extensions/channels/${body.id}`, { secrets: { auth_token: 'wrong, too' } })
  assert.ok((await dueIn(id)) > 3_000)
})

for (const channel of CHANNELS) {
  test(`${channel}: messages of an account with an error wait with the reason, and are retried at once when it is changed`, async () => {
    const { code, wrong, right } = CASES[channel]
    const { body, status, text } = await one.call('POST /extensions/channels', wrong)
    assert.equal(status, 200, text)
    const ids = [await send(channel), await send(channel)]
    for (const id of ids) {
      const delivery = await tried(id)
      assert.equal(delivery.status, 'queued')
      assert.equal(delivery.history[0].code, code)
      assert.match(delivery.history[0].reason, /^The channel account cannot be used\. /)
    }
    await waitLong()
    assert.equal((await one.call(`PUT /extensions/channels/${body.id}`, right)).status, 200)
    for (const id of ids) assert.equal((await becomes(id, 'sent')).history.at(-1).status, 'sent')
  })
}

test('a changed account from the environment is retried at once too', async () => {
  const environment = (account: object) => ({
    ...{ accounts: [{ channel: 'whatsapp', ...account } as EnvironmentAccount], secret: SECRET, is_secret_set: true },
  })
  const { wrong } = CASES.whatsapp
  await saveEnvironmentAccounts(sql, one.workspace.id, environment(wrong))
  const id = await send('whatsapp')
  await tried(id)
  await waitLong()
  await saveEnvironmentAccounts(sql, one.workspace.id, environment(wrong))
  assert.ok((await dueIn(id)) > 3_000)
  await saveEnvironmentAccounts(sql, one.workspace.id, environment({ ...wrong, secrets: meta.secrets }))
  await becomes(id, 'sent')
})
