// The worker on a real queue and a real SMTP server: nothing is lost, and every attempt has the same Message-ID.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import type { Account, Captured } from '#channels/channel.ts'
import { emailAccount } from '#channels/email/account.ts'
import { identityOf } from '#channels/email/addresses.ts'
import { smtpAccount } from '#channels/email/send.ts'
import { freePort } from '#lib/free-port.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { testApp } from '../../test/app.ts'
import { topicsOf } from '../../test/events.ts'
import { aContact, aMessage, eventually } from '../../test/factories.ts'
import { type SmtpSink, smtpSink } from '../../test/smtp-sink.ts'
import { lease } from './lease.ts'
import { DEFAULT_RETRY } from './retry.ts'
import { settle, settlement } from './settle.ts'
import { notifyWorker } from './signals.ts'
import { startWorker, type Worker, type WorkerOptions } from './worker.ts'

const t = await testApp()
const { workspace } = t
const { sql } = t.database
const mail = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: 'secret' }
const silent = { error() {}, warn() {}, info() {} }
const QUICK = { first_wait_ms: 20, longest_wait_ms: 100, give_up_after_ms: 60_000 }

const open: { stop?(): Promise<void>; close?(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await (one.stop ?? one.close)?.call(one)
  await t.call('POST /extensions/sandbox/reset')
})

async function work(options: Partial<WorkerOptions> = {}): Promise<Worker> {
  const accounts = accountsOf([], captureAccount(mail))
  const worker = await startWorker({ sql, recipients: contactRecords, accounts, log: silent, retry: QUICK, ...options })
  open.push(worker)
  return worker
}

async function sink(port?: number): Promise<SmtpSink> {
  const server = await smtpSink(port)
  open.push(server)
  return server
}

function over(url: string, concurrency = 8) {
  const account = emailAccount(smtpAccount({ url, timeouts: { connection: 500, socket: 1_000 } }), mail, concurrency)
  open.push(account)
  return accountsOf([{ workspace_id: workspace.id, channel: 'email', account }], captureAccount(mail))
}

const deliveriesOf = async (message_id: string) =>
  (await t.call(`GET /extensions/messages/${message_id}/deliveries`)).body.data
const settled = (message_id: string) =>
  eventually(
    () => deliveriesOf(message_id),
    (all) => all.every(({ status }: { status: string }) => status !== 'queued'),
  )

test('a message is sent to the mail server, and its delivery shows it', async () => {
  const { received, url } = await sink()
  await work({ accounts: over(url) })
  const contact = await aContact(workspace, { email: 'anna@example.com', name: 'Anna' })
  const id = await aMessage(workspace, { to: contact, subject: 'Welcome' })
  const [delivery] = await settled(id)
  assert.equal(delivery.status, 'sent')
  assert.equal(delivery.attempts, 1)
  const identity = identityOf({ kind: 'message', id, workspace_id: workspace.id }, mail.secret)
  assert.equal(delivery.provider_id, `<${identity}@example.com>`)
  assert.deepEqual(
    delivery.history.map(({ event, status }: Record<string, unknown>) => [event, status]),
    [['attempt', 'sent']],
  )
  assert.match(delivery.history[0].provider_answer, /^250/)
  assert.equal(received.length, 1)
  assert.equal(received[0]?.mail.subject, 'Welcome')
  assert.equal(received[0]?.mail.from?.text, '"Ada Admin" <team@example.com>')
})

test('several recipients each get a copy, and blind copies are in no header', async () => {
  const { received, url } = await sink()
  await work({ accounts: over(url) })
  const ids = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => aContact(workspace, { email: `${name}@example.com` })),
  )
  const [a, b, c, d] = ids as [string, string, string, string]
  const id = await aMessage(workspace, { to: [a, b], cc: [c], bcc: [d] })
  await settled(id)
  assert.deepEqual(received.map(({ to }) => to).sort(), [
    'a@example.com',
    'b@example.com',
    'c@example.com',
    'd@example.com',
  ])
  assert.equal(new Set(received.map(({ message_id }) => message_id)).size, 1)
  for (const {
    mail: { to, cc, bcc },
  } of received) {
    assert.equal([to].flat()[0]?.text, 'a@example.com, b@example.com')
    assert.equal([cc].flat()[0]?.text, 'c@example.com')
    assert.equal(bcc, undefined)
  }
})

test('one dead address fails for good and marks its contact; the others get their mail', async () => {
  const server = await sink()
  server.refuse = (address) => (address === 'dead@example.com' ? '550 5.1.1 No such user' : undefined)
  await work({ accounts: over(server.url) })
  const dead = await aContact(workspace, { email: 'dead@example.com' })
  const alive = await aContact(workspace, { email: 'alive@example.com' })
  const [first, second] = await settled(await aMessage(workspace, { to: [dead, alive] }))
  assert.equal(first.status, 'failed')
  assert.equal(first.error.code, 'smtp_550_5.1.1')
  assert.match(first.history[0].provider_answer, /No such user/)
  assert.equal(second.status, 'sent')
  const [row] = await sql`select has_hard_bounced, last_contacted_at from contacts where id = ${dead}`
  assert.deepEqual({ ...row }, { has_hard_bounced: true, last_contacted_at: null })

  const [again] = await settled(await aMessage(workspace, { to: dead }))
  assert.equal(again.error.code, 'hard_bounced')
})

test('a temporary refusal is retried with the same Message-ID', async () => {
  const server = await sink()
  server.refuse = (_, attempt) => (attempt < 3 ? '451 4.3.0 Try later' : undefined)
  await work({ accounts: over(server.url) })
  const [delivery] = await settled(
    await aMessage(workspace, { to: await aContact(workspace, { email: 'x@example.com' }) }),
  )
  assert.equal(delivery.status, 'sent')
  assert.equal(delivery.attempts, 3)
  assert.deepEqual(
    delivery.history.map(({ status }: { status: string }) => status),
    ['queued', 'queued', 'sent'],
  )
  assert.equal(server.received.length, 1)
})

test('nothing is lost while the mail server is down', async () => {
  const port = await freePort()
  await work({ accounts: over(`smtp://127.0.0.1:${port}?ignoreTLS=true`) })
  const contact = await aContact(workspace, { email: 'patient@example.com' })
  const id = await aMessage(workspace, { to: contact })
  await eventually(
    () => deliveriesOf(id),
    ([delivery]) => delivery.attempts >= 2,
  )
  const { received } = await sink(port)
  const [delivery] = await settled(id)
  assert.equal(delivery.status, 'sent')
  assert.equal(received.length, 1)
})

test('a message that never succeeds is given up, with the reason', async () => {
  const server = await sink()
  server.refuse = () => '451 4.3.0 Never'
  await work({ accounts: over(server.url), retry: { ...QUICK, give_up_after_ms: 150 } })
  const [delivery] = await settled(
    await aMessage(workspace, { to: await aContact(workspace, { email: 'y@example.com' }) }),
  )
  assert.equal(delivery.status, 'failed')
  assert.match(delivery.history.at(-1).reason, /^Given up after \d+ attempts/)

  server.refuse = () => undefined
  const retried = await t.call(`POST /extensions/deliveries/${delivery.id}/retry`)
  assert.equal(retried.body.status, 'queued')
  const [now] = await settled(delivery.message_id)
  assert.equal(now.status, 'sent')
})

test('an email to several is not sent to contacts who unsubscribed; an email to one is', async () => {
  await work()
  const gone = await aContact(workspace, { email: 'gone@example.com', unsubscribed_from_emails: true })
  const here = await aContact(workspace, { email: 'here@example.com' })
  const [group, other] = await settled(await aMessage(workspace, { to: [gone, here] }))
  assert.equal(group.error.code, 'unsubscribed')
  assert.equal(other.status, 'delivered')
  const [single] = await settled(await aMessage(workspace, { to: gone }))
  assert.equal(single.status, 'delivered')
})

test('a refusal because of an opt-out unsubscribes the contact from that channel, with one event', async () => {
  const gone = await aContact(workspace, { formatted_phone: '+12025550152' })
  const ids = await Promise.all([1, 2].map(() => aMessage(workspace, { to: gone, message_type: 'sms', body: 'Hi' })))
  await work()
  for (const [delivery] of await Promise.all(ids.map(settled))) assert.equal(delivery.error.code, '21610')
  const [row] = await sql`select unsubscribed_from_sms, unsubscribed_from_emails from contacts where id = ${gone}`
  assert.deepEqual({ ...row }, { unsubscribed_from_sms: true, unsubscribed_from_emails: false })
  assert.deepEqual(await topicsOf(workspace, gone), ['contact.unsubscribed'])
  const [again] = await settled(await aMessage(workspace, { to: gone, message_type: 'sms', body: 'Hello' }))
  assert.equal(again.error.code, 'opted_out')
})

test('without an account a message is captured as it would have been sent', async () => {
  const captured: Captured[] = []
  await work({ onCaptured: (message) => captured.push(message) })
  const contact = await aContact(workspace, { email: 'sandbox@example.com' })
  const id = await aMessage(workspace, { to: contact, subject: 'Captured', template: 'personal' })
  const [delivery] = await settled(id)
  assert.equal(delivery.status, 'delivered')
  const { body } = await t.call('GET /extensions/sandbox/messages')
  assert.equal(body.total_count, 1)
  assert.equal(body.data[0].subject, 'Captured')
  assert.equal(body.data[0].to, 'sandbox@example.com')
  assert.match(body.data[0].rendered.html, /Hello there/)
  assert.equal(captured.length, 1)
})

test('when the leases of a dead worker expire, another worker sends its deliveries', async () => {
  const contact = await aContact(workspace, { email: 'leased@example.com' })
  const id = await aMessage(workspace, { to: contact })
  const leased = await lease(sql, [], 10, 1)
  assert.equal(leased.length, 1)
  await work()
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal((await deliveriesOf(id))[0].status, 'queued')
  const [delivery] = await settled(id)
  assert.equal(delivery.attempts, 2)
  assert.equal(delivery.status, 'delivered')
})

test('a worker that is alone ends the leases of a dead worker at once, but waits for later retries', async () => {
  const [left, later] = [await aContact(workspace, { email: 'a@example.com' }), await aContact(workspace, {})]
  const id = await aMessage(workspace, { to: left })
  const tried = await aMessage(workspace, { to: later, message_type: 'inapp' })
  const leased = await lease(sql, [], 10, 30)
  const failed = leased.find(({ message_id }) => message_id === tried)
  assert.ok(failed)
  const slow = { ...DEFAULT_RETRY, first_wait_ms: 30_000 }
  await settle(sql, contactRecords, [
    settlement(failed, { outcome: 'retry', code: 'slow', reason: 'slow' }, slow, new Date()),
  ])
  await work({ is_alone: true })
  assert.equal((await settled(id))[0].status, 'delivered')
  assert.equal((await deliveriesOf(tried))[0].status, 'queued')
})

test('a delivery whose lease expires while it is being sent is not sent twice by its worker', async () => {
  let sends = 0
  const slow: Account = {
    concurrency: 4,
    close: async () => {},
    send: async () => {
      sends++
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { outcome: 'sent', provider_id: 'x' }
    },
  }
  await work({ accounts: accountsOf([{ workspace_id: workspace.id, channel: 'email', account: slow }], slow) })
  const id = await aMessage(workspace, { to: await aContact(workspace, { email: 'held@example.com' }) })
  await eventually(
    async () => sends,
    (count) => count === 1,
  )
  await sql`update deliveries set due_at = now()`
  notifyWorker()
  await settled(id)
  assert.equal(sends, 1)
})

test('an outcome that is written twice is in the history once', async () => {
  const id = await aMessage(workspace, { to: await aContact(workspace, { email: 'once@example.com' }) })
  const [outgoing] = await lease(sql, [], 10, 30)
  assert.ok(outgoing)
  const sent = settlement(outgoing, { outcome: 'sent', provider_id: 'x' }, QUICK, new Date())
  await settle(sql, contactRecords, [sent])
  await settle(sql, contactRecords, [sent])
  const [{ status, history }] = await deliveriesOf(id)
  assert.equal(status, 'sent')
  assert.equal(history.length, 1)
})

test('two workers share a queue and send nothing twice', async () => {
  const { received, url } = await sink()
  await work({ accounts: over(url) })
  await work({ accounts: over(url) })
  const contact = await aContact(workspace, { email: 'many@example.com' })
  const ids = await Promise.all(Array.from({ length: 200 }, () => aMessage(workspace, { to: contact })))
  await eventually(
    async () => received.length,
    (count) => count >= 200,
  )
  await Promise.all(ids.map(settled))
  assert.equal(received.length, 200)
  assert.equal(new Set(received.map(({ message_id }) => message_id)).size, 200)
})

test('an account that hangs does not slow down another one', async () => {
  let under_way = 0
  const hanging: Account = {
    concurrency: 2,
    close: async () => {},
    send: () => {
      under_way++
      return new Promise((resolve) =>
        setTimeout(() => resolve({ outcome: 'retry', code: 'slow', reason: 'slow' }), 1_500),
      )
    },
  }
  const accounts = accountsOf(
    [{ workspace_id: workspace.id, channel: 'email', account: hanging }],
    captureAccount(mail),
  )
  const contact = await aContact(workspace, { email: 'slow@example.com' })
  await Promise.all(Array.from({ length: 100 }, () => aMessage(workspace, { to: contact })))
  await work({ accounts })
  await eventually(
    async () => under_way,
    (count) => count === 2,
  )
  const began = Date.now()
  await settled(await aMessage(workspace, { to: contact, message_type: 'inapp' }))
  assert.ok(Date.now() - began < 1_000)
  assert.equal(under_way, 2)
})

test('a stop releases deliveries that were not started, so that they can be sent at once', async () => {
  const slow: Account = {
    concurrency: 1,
    close: async () => {},
    send: async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      return { outcome: 'sent', provider_id: 'x' }
    },
  }
  const accounts = accountsOf([{ workspace_id: workspace.id, channel: 'email', account: slow }], captureAccount(mail))
  const contact = await aContact(workspace, { email: 'stopped@example.com' })
  const worker = await work({ accounts })
  const ids = await Promise.all(Array.from({ length: 10 }, () => aMessage(workspace, { to: contact })))
  await new Promise((resolve) => setTimeout(resolve, 100))
  await worker.stop()
  const statuses = (await Promise.all(ids.map(deliveriesOf))).flat()
  assert.equal(statuses.filter(({ status }) => status === 'sent').length, 1)
  assert.ok(statuses.filter(({ status }) => status === 'queued').every(({ attempts }) => attempts === 0))
})

test('a canceled delivery is not sent, and only a queued one can be canceled', async () => {
  const contact = await aContact(workspace, { email: 'canceled@example.com' })
  const id = await aMessage(workspace, { to: contact })
  const [delivery] = await deliveriesOf(id)
  const canceled = await t.call(`POST /extensions/deliveries/${delivery.id}/cancel`)
  assert.equal(canceled.body.status, 'failed')
  assert.equal(canceled.body.error.code, 'canceled')
  assert.equal((await t.call(`POST /extensions/deliveries/${delivery.id}/cancel`)).status, 409)
  await work()
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal((await deliveriesOf(id))[0].error.code, 'canceled')
  const stuck = await t.call('GET /extensions/deliveries?status=failed')
  assert.equal(stuck.body.total_count, 1)
})
