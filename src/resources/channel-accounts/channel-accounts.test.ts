// Channel accounts: what is refused, what is never shown again, and that a changed account is used to send.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { NEARBY, SECRET, testApp } from '../../../test/app.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { smtpSink } from '../../../test/smtp-sink.ts'
import { saveEnvironmentAccounts } from './environment.ts'

const t = await testApp()
const { workspace, call } = t
const { sql } = t.database

beforeEach(async () => {
  await sql`delete from channel_accounts`
})

const smtp = (more: object = {}) => ({
  provider: 'smtp',
  settings: { from: 'hello@example.com' },
  secrets: { url: 'smtp://user:hunter2@127.0.0.1:2525' },
  ...more,
})
const create = async (more: object = {}) => (await call('POST /extensions/channels', smtp(more))).body

test('every operation needs a token', async () => {
  for (const route of ['GET /extensions/channels', 'POST /extensions/channels', 'DELETE /extensions/channels/1'])
    assert.equal((await call(route, route.startsWith('POST') ? smtp() : undefined, { token: null })).status, 401)
})

test('an account that cannot work is refused, and the setting is named', async () => {
  const cases: [object, RegExp][] = [
    [{ provider: 'pigeon' }, /provider must be one of smtp/],
    [{ settings: {} }, /^settings.from is required$/],
    [{ secrets: {} }, /^secrets.url is required$/],
    [{ settings: { from: 'nobody' } }, /^settings.from must match/],
    [{ settings: { from: 'hello@example.com', colour: 'red' } }, /^settings has no colour; it has from/],
    [{ secrets: { url: 'http://example.com' } }, /^An SMTP URL looks like/],
    [{ secrets: { url: 'smtp://user:%E4@127.0.0.1' } }, /^The user name and password of an SMTP URL/],
    [
      { settings: { from: 'a@b.c', reply_domain: `${'a.'.repeat(900)}com` } },
      /^settings.reply_domain must not have more/,
    ],
    [
      {
        settings: { from: 'a@b.c', dkim_domain: 'b.c', dkim_selector: 'x' },
        secrets: { url: 'smtp://127.0.0.1', dkim_private_key: 'no key' },
      },
      /^The DKIM key has to be an RSA key/,
    ],
    [{ settings: { from: 'hello@example.com', dkim_domain: 'example.com' } }, /go together$/],
  ]
  for (const [more, message] of cases) {
    const { status, body } = await call('POST /extensions/channels', smtp(more))
    assert.equal(status, 400)
    assert.match(body.errors[0].message, message)
  }
  assert.deepEqual((await call('GET /extensions/channels')).body.data, [])
})

test('a token with limited scopes has no access to the accounts', async () => {
  const { id } = await create()
  const text = newTokenText()
  const limited = { name: 'reads', admin_id: workspace.admin_id, scopes: ['read_conversations'] }
  await insertToken(sql, workspace.id, text, limited, new Date())
  for (const [route, body] of [
    ['GET /extensions/channels'],
    ['POST /extensions/channels', smtp()],
    [`PUT /extensions/channels/${id}`, { secrets: { url: 'smtp://elsewhere.example.com' } }],
    [`DELETE /extensions/channels/${id}`],
    [`POST /extensions/channels/${id}/test`, { to: { email: 'a@example.com' } }],
  ] as const)
    assert.equal((await call(route, body, { token: text })).status, 403, route)
  assert.equal((await call('GET /extensions/deliveries', undefined, { token: text })).status, 200)
})

test('a channel has one account', async () => {
  await create()
  const { status, body } = await call('POST /extensions/channels', smtp())
  assert.equal(status, 409)
  assert.match(body.errors[0].message, /^The workspace has an account for email already/)
})

test("another workspace's account is not found", async () => {
  const { id } = await create()
  const other = await t.another()
  for (const [route, body] of [
    [`GET /extensions/channels/${id}`],
    [`PUT /extensions/channels/${id}`, { name: 'Mine' }],
    [`DELETE /extensions/channels/${id}`],
    [`POST /extensions/channels/${id}/test`, { to: { email: 'a@example.com' } }],
  ] as const)
    assert.equal((await other.call(route, body)).status, 404, route)
  assert.equal((await call(`GET /extensions/channels/${id}`)).body.name, 'smtp')
})

test('an account from the environment cannot be changed through the API', async () => {
  const { id } = await create()
  await sql`update channel_accounts set from_environment = true`
  assert.equal((await call(`PUT /extensions/channels/${id}`, { name: 'x' })).status, 409)
  assert.equal((await call(`DELETE /extensions/channels/${id}`)).status, 409)
})

test('secrets are encrypted and never shown; a change leaves absent ones as they are', async () => {
  const created = await create()
  assert.deepEqual(created.secrets, { url: '****' })
  const changed = await call(`PUT /extensions/channels/${created.id}`, { settings: { reply_domain: 'in.example.com' } })
  assert.equal(changed.status, 200)
  assert.deepEqual(changed.body.settings, { from: 'hello@example.com', reply_domain: 'in.example.com' })
  const without = await call(`PUT /extensions/channels/${created.id}`, { settings: { reply_domain: null } })
  assert.deepEqual(without.body.settings, { from: 'hello@example.com' })
  const [row] = await sql<{ whole: string }[]>`select t::text as whole from channel_accounts t`
  assert.doesNotMatch(row!.whole + Buffer.from(row!.whole.replace(/.*\\\\x/, ''), 'hex'), /hunter2/)
  assert.doesNotMatch(JSON.stringify((await call('GET /extensions/channels')).body), /hunter2/)
})

test('deliveries that wait for a removed account fail, are never reported as delivered, and can be retried', async () => {
  const { id } = await create()
  const message = await aMessage(workspace, { to: await aContact(workspace, { email: 'joe@example.com' }) })
  assert.equal((await call(`DELETE /extensions/channels/${id}`)).status, 200)
  const [delivery] = (await call(`GET /extensions/messages/${message}/deliveries`)).body.data
  assert.deepEqual([delivery.status, delivery.error.code], ['failed', 'account_removed'])
  assert.equal(delivery.history.at(-1).event, 'given_up')
  assert.equal((await call(`POST /extensions/deliveries/${delivery.id}/retry`)).body.status, 'queued')
  await call(`POST /extensions/deliveries/${delivery.id}/cancel`)
})

test('a new name does not reopen the account, a new setting does, and a new account is used at once', async () => {
  const mail = { from: 'sandbox@example.com', reply_domain: null, public_url: 'http://localhost', secret: SECRET }
  const accounts = accountPool(
    sql,
    { public_url: 'http://localhost', secret: SECRET, egress: NEARBY },
    captureAccount(mail),
  )
  const captured = await accounts.of(workspace.id, 'email')
  const { id } = await create()
  const opened = await accounts.of(workspace.id, 'email')
  assert.notEqual(opened, captured)
  await call(`PUT /extensions/channels/${id}`, { name: 'Renamed' })
  await sleep(1_100)
  assert.equal(await accounts.of(workspace.id, 'email'), opened)
  await call(`PUT /extensions/channels/${id}`, { settings: { from: 'other@example.com' } })
  await sleep(1_100)
  assert.notEqual(await accounts.of(workspace.id, 'email'), opened)
  await accounts.close()
})

test('accounts from the environment are stored, and removed with it; those created through the API are not overwritten', async () => {
  const account = {
    ...{ channel: 'email' as const, provider: 'smtp' as const, settings: { from: 'env@example.com' } },
    secrets: { url: 'smtp://127.0.0.1:2525' },
  }
  const environment = { accounts: [account], secret: SECRET, is_secret_set: false }
  await saveEnvironmentAccounts(sql, workspace.id, environment)
  const [shown] = (await call('GET /extensions/channels')).body.data
  assert.deepEqual([shown.settings.from, shown.from_environment], ['env@example.com', true])
  await assert.rejects(
    saveEnvironmentAccounts(sql, workspace.id, { ...environment, secret: 'of another machine' }),
    /^Error: The channel accounts in this database were stored with another secret key: set INTERPHONE_SECRET_KEY/,
  )
  await saveEnvironmentAccounts(sql, workspace.id, { ...environment, accounts: [] })
  assert.deepEqual((await call('GET /extensions/channels')).body.data, [])
  await create()
  await assert.rejects(
    saveEnvironmentAccounts(sql, workspace.id, environment),
    /created through the API: remove it there/,
  )
})

test('a new or changed account sends the next message, and without one the channel is captured', async () => {
  const [first, second] = [await smtpSink(), await smtpSink()]
  const mail = { from: 'sandbox@example.com', reply_domain: null, public_url: 'http://localhost', secret: SECRET }
  const accounts = accountPool(
    sql,
    { public_url: 'http://localhost', secret: SECRET, egress: NEARBY },
    captureAccount(mail),
  )
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts,
    log: { error() {}, warn() {}, info() {} },
  })
  try {
    const { id } = await create({ secrets: { url: `${first.url}?ignoreTLS=true` } })
    const tested = await call(`POST /extensions/channels/${id}/test`, {
      to: { id: await aContact(workspace, { email: 'joe@example.com' }) },
    })
    assert.equal(tested.status, 200)
    await eventually(
      async () => first.received.length,
      (count) => count === 1,
    )

    await call(`PUT /extensions/channels/${id}`, { secrets: { url: `${second.url}?ignoreTLS=true` } })
    await eventually(
      async () => {
        await aMessage(workspace, { to: await aContact(workspace, { email: 'joe@example.com' }) })
        await new Promise((resolve) => setTimeout(resolve, 100))
        return second.received.length
      },
      (count) => count > 0,
    )

    await call(`DELETE /extensions/channels/${id}`)
    await eventually(
      async () => {
        await aMessage(workspace, { to: await aContact(workspace, { email: 'joe@example.com' }) })
        await new Promise((resolve) => setTimeout(resolve, 100))
        return (await call('GET /extensions/sandbox/messages')).body.total_count
      },
      (count) => count > 0,
    )
  } finally {
    await worker.stop()
    await accounts.close()
    await Promise.all([first.close(), second.close()])
  }
})

test('if the secrets of an account cannot be read, no delivery is lost, and each has the reason', async () => {
  await create()
  const around = { public_url: 'http://localhost', secret: 'another secret' }
  const mail = { from: 'sandbox@example.com', reply_domain: null, ...around }
  const accounts = accountPool(sql, around, captureAccount(mail))
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts,
    log: { error() {}, warn() {}, info() {} },
  })
  try {
    const message = await aMessage(workspace, { to: await aContact(workspace, { email: 'joe@example.com' }) })
    const [delivery] = await eventually(
      async () => (await call(`GET /extensions/messages/${message}/deliveries`)).body.data,
      ([{ history }]) => history.length > 0,
    )
    assert.equal(delivery.status, 'queued')
    assert.match(delivery.history[0].reason, /they were stored with another INTERPHONE_SECRET_KEY$/)
  } finally {
    await worker.stop()
    await accounts.close()
  }
})
