// Private addresses: refused for a workspace when an account is saved and when it connects; allowed for the operator.

import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import type { ChannelName } from '#channels/channel.ts'
import { allowedPrivateAddresses, readConfig } from '#config.ts'
import { startWorker } from '#delivery/worker.ts'
import { egressPolicy } from '#net/egress.ts'
import { fetchFile } from '#resources/attachments/fetch.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { metaPeer } from '../../../test/meta.ts'
import { smtpSink } from '../../../test/smtp-sink.ts'
import { twilioPeer } from '../../../test/twilio.ts'
import { type EnvironmentAccount, saveEnvironmentAccounts } from './environment.ts'

/** The current records of the DNS. */
const dns = new Map<string, string[]>()
const egress = egressPolicy({
  async resolve(hostname) {
    const addresses = dns.get(hostname)
    if (!addresses) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  },
})
const t = await testApp({ egress })
const { call, workspace } = t
const { sql } = t.database
const [sink, twilio, meta] = [await smtpSink(), await twilioPeer(), await metaPeer()]
const around = { public_url: 'http://localhost', secret: SECRET, egress }
const accounts = accountPool(
  sql,
  around,
  captureAccount({ from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: SECRET }),
)
const log = { error() {}, warn() {}, info() {} }
const worker = await startWorker({ sql, recipients: contactRecords, accounts, log })
after(async () => {
  await worker.stop()
  await accounts.close()
  await Promise.all([sink.close(), twilio.close(), meta.close()])
})
beforeEach(async () => {
  dns.clear()
  await call('POST /extensions/sandbox/reset')
  await sql`delete from channel_accounts`
})

/** An account of each provider with a server at the host, and the field with its address. */
const ACCOUNTS: Record<Exclude<ChannelName, 'inapp'>, [field: string, at: (host: string) => object]> = {
  email: [
    'secrets.url',
    (host) => ({
      provider: 'smtp',
      settings: { from: 'hello@example.com' },
      secrets: { url: `smtp://${host}:${sink.port}?ignoreTLS=true` },
    }),
  ],
  sms: [
    'settings.base_url',
    (host) => ({
      provider: 'twilio',
      settings: {
        ...{ account_sid: twilio.account_sid, from: '+12025550100' },
        base_url: twilio.url.replace('127.0.0.1', host),
      },
      secrets: { auth_token: twilio.auth_token },
    }),
  ],
  whatsapp: [
    'settings.base_url',
    (host) => ({
      provider: 'meta',
      settings: { phone_number_id: meta.phone_number_id, base_url: meta.url.replace('127.0.0.1', host) },
      secrets: meta.secrets,
    }),
  ],
}
const CHANNELS = Object.keys(ACCOUNTS) as (keyof typeof ACCOUNTS)[]
const LOCAL = CHANNELS.map((channel) => ({ channel, ...ACCOUNTS[channel][1]('127.0.0.1') })) as EnvironmentAccount[]
const asked = () => sink.received.length + twilio.requests.length + meta.requests

const HOSTS = [
  ...['127.0.0.1', '10.1.2.3', '172.20.0.2', '192.168.1.7', '169.254.169.254', '0.0.0.0', '[::1]', '[fd00::1]'],
  ...['[::ffff:10.0.0.1]', 'inside.example.com', 'localhost'],
]

test('an account with a private address, or a name with private addresses only, is refused, and the field is named', async () => {
  dns.set('inside.example.com', ['10.0.0.5', '::1'])
  dns.set('localhost', ['127.0.0.1'])
  for (const channel of CHANNELS) {
    const [field, at] = ACCOUNTS[channel]
    for (const host of HOSTS) {
      const { status, body } = await call('POST /extensions/channels', at(host))
      assert.equal(status, 400, `${channel} ${host}`)
      assert.match(body.errors[0].message, new RegExp(`^${field} leads to a private address: `))
    }
  }
  assert.deepEqual((await call('GET /extensions/channels')).body.data, [])
})

test('an account cannot be changed to a private address', async () => {
  dns.set('outside.example.com', ['93.184.216.34'])
  for (const channel of CHANNELS) {
    const [field, at] = ACCOUNTS[channel]
    const { body } = await call('POST /extensions/channels', at('outside.example.com'))
    const { settings, secrets } = at('10.1.2.3') as { settings: object; secrets: object }
    const refused = await call(`PUT /extensions/channels/${body.id}`, { settings, secrets })
    assert.equal(refused.status, 400)
    assert.match(refused.body.errors[0].message, new RegExp(`^${field} leads to a private address: 10.1.2.3`))
    assert.equal((await call(`PUT /extensions/channels/${body.id}`, { name: 'Renamed' })).status, 200)
  }
})

/** Sends a message on a channel, and returns its delivery after the first attempt. */
async function tried(channel: keyof typeof ACCOUNTS, { call, workspace }: Pick<typeof t, 'call' | 'workspace'> = t) {
  const to = await aContact(workspace, { email: 'joe@example.com', formatted_phone: '+12025550123' })
  const components = channel === 'whatsapp' && { components: [], locale: 'en', template: 'order_update' }
  const message = await aMessage(workspace, { to, message_type: channel, body: 'Hello', ...components })
  const [delivery] = await eventually(
    async () => (await call(`GET /extensions/messages/${message}/deliveries`)).body.data,
    ([{ history }]) => history.length > 0,
  )
  return delivery
}

test('a name that resolves to a private address later is not connected, and each delivery has the reason', async () => {
  const before = asked()
  for (const channel of CHANNELS) {
    dns.set('moves.example.com', ['93.184.216.34'])
    assert.equal((await call('POST /extensions/channels', ACCOUNTS[channel][1]('moves.example.com'))).status, 200)
    dns.set('moves.example.com', ['127.0.0.1'])
    const delivery = await tried(channel)
    assert.equal(delivery.status, 'queued')
    assert.match(delivery.history[0].code, /^(smtp|twilio|whatsapp)_refused_address$/)
    assert.match(delivery.history[0].reason, /private address/)
  }
  assert.equal(asked(), before)
})

test('an account from before the operator forbade private addresses is not connected either', async () => {
  const before = asked()
  const one = await t.another()
  await saveEnvironmentAccounts(sql, one.workspace.id, { accounts: LOCAL, secret: SECRET, is_secret_set: true })
  await sql`update channel_accounts set from_environment = false`
  for (const channel of CHANNELS) assert.match((await tried(channel, one)).history[0].code, /_refused_address$/)
  assert.equal(asked(), before)
})

test('WhatsApp media are not fetched from private addresses', async () => {
  dns.set('moves.example.com', ['93.184.216.34'])
  await call('POST /extensions/channels', ACCOUNTS.whatsapp[1]('moves.example.com'))
  dns.set('moves.example.com', ['127.0.0.1'])
  const before = asked()
  const due = { workspace_id: workspace.id, id: '1', name: 'x', attempt: 1, url: null, media_id: '1001' }
  const result = await fetchFile({ sql, files: t.files, secret: SECRET, egress }, due)
  assert.equal(result.outcome, 'postponed')
  assert.match(JSON.stringify(result), /private address/)
  assert.equal(asked(), before)
})

test('the public ones of several addresses are used, and a name that does not resolve is accepted', async () => {
  dns.set('both.example.com', ['10.0.0.5', '93.184.216.34'])
  const created = await call('POST /extensions/channels', ACCOUNTS.email[1]('both.example.com'))
  assert.equal(created.status, 200)
  await call(`DELETE /extensions/channels/${created.body.id}`)
  assert.equal((await call('POST /extensions/channels', ACCOUNTS.email[1]('nobody.example.com'))).status, 200)
})

test('accounts from the environment can have any address', async () => {
  const one = await t.another()
  await saveEnvironmentAccounts(sql, one.workspace.id, { accounts: LOCAL, secret: SECRET, is_secret_set: true })
  for (const channel of CHANNELS) assert.equal((await tried(channel, one)).status, 'sent', channel)
})

test('a server on loopback lets accounts use every address; others only what the operator allows', () => {
  const ANYTHING = ['0.0.0.0/0', '::/0']
  const PUBLIC = 'https://interphone.example.com'
  const cases: [environment: NodeJS.ProcessEnv, channels: string[], attachments: string[]][] = [
    [{}, ANYTHING, []],
    [{ HOST: 'localhost', PUBLIC_URL: 'http://localhost:3000' }, ANYTHING, []],
    [{ HOST: '::1' }, ANYTHING, []],
    [{ HOST: '0.0.0.0' }, [], []],
    [{ PUBLIC_URL: PUBLIC }, [], []],
    [{ PUBLIC_URL: PUBLIC, ALLOW_PRIVATE_ADDRESSES: '10.0.0.0/8' }, ['10.0.0.0/8'], ['10.0.0.0/8']],
    [{ ALLOW_PRIVATE_ADDRESSES: '0' }, [], []],
    [{ HOST: '0.0.0.0', ALLOW_PRIVATE_ADDRESSES: '1' }, ANYTHING, ANYTHING],
  ]
  for (const [environment, channels, attachments] of cases)
    assert.deepEqual(allowedPrivateAddresses(readConfig(environment)), { attachments, channels })
})
