// Faults armed for sends: the worker applies them before the account, and to exactly as many sends as were armed.

import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import type { Account, Outgoing } from '#channels/channel.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { type TestApp, testApp } from '../../test/app.ts'
import { aContact, aMessage, eventually } from '../../test/factories.ts'
import { lease } from './lease.ts'
import { startWorker, type Worker } from './worker.ts'

const t = await testApp()
const other = await t.another()
const { sql } = t.database
const QUICK = { first_wait_ms: 20, longest_wait_ms: 100, give_up_after_ms: 60_000 }
const SILENT = { error() {}, warn() {}, info() {} }

let asked: Outgoing[] = []
const account: Account = {
  async send(outgoing) {
    asked.push(outgoing)
    return { outcome: 'sent', provider_id: `sent-${outgoing.id}` }
  },
  concurrency: 4,
  close: async () => {},
}

const workers: Worker[] = []
async function work(count = 1) {
  for (let n = 0; n < count; n++)
    workers.push(
      await startWorker({
        sql,
        recipients: contactRecords,
        accounts: accountsOf([], account),
        log: SILENT,
        retry: QUICK,
      }),
    )
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  for (const { call } of [t, other]) await call('POST /extensions/sandbox/reset')
  asked = []
})

async function arm(fault: object) {
  const { status, text } = await t.call('POST /extensions/sandbox/faults', { target: 'sends', ...fault })
  assert.equal(status, 200, text)
}
const left = async () =>
  (await t.call('GET /extensions/sandbox/faults')).body.data.map((one: { left: number }) => one.left)

async function messages(
  count: number,
  { workspace }: Pick<TestApp, 'workspace'> = t,
  message_type: 'email' | 'sms' = 'email',
) {
  const to = await aContact(workspace, { email: 'anna@example.com', formatted_phone: '+12025550143' })
  return Promise.all(Array.from({ length: count }, () => aMessage(workspace, { to, message_type })))
}
const settled = ({ call }: Pick<TestApp, 'call'> = t) =>
  eventually(
    async () => (await call('GET /extensions/deliveries?per_page=150')).body.data,
    (all) => all.every(({ status }: { status: string }) => status !== 'queued'),
  )

type Shown = { status: string; attempts: number; channel: string; history: { code: string | null }[] }
const metOf = (deliveries: Shown[]) =>
  deliveries.flatMap(({ history }) => history.map(({ code }) => code)).filter((code) => code !== null)

test('a permanent failure ends the delivery with the given code and reason, and its account is never called', async () => {
  await arm({ fault: 'permanent', code: '30007', reason: 'Carrier violation' })
  await messages(1)
  await work()
  const [delivery] = await settled()
  assert.equal(delivery.status, 'failed')
  assert.deepEqual(delivery.error, { code: '30007', reason: 'Carrier violation', details: null })
  assert.equal(asked.length, 0)
})

test('temporary faults are retried until they are used up, and each message is sent once', async () => {
  await arm({ fault: '500', times: 2 })
  await arm({ fault: 'timeout' })
  await arm({ fault: '429', retry_after: 0 })
  await messages(1)
  await work()
  const [delivery] = await settled()
  assert.deepEqual([delivery.status, delivery.attempts], ['sent', 5])
  assert.deepEqual(metOf([delivery]), ['fault_500', 'fault_500', 'fault_timeout', 'fault_429'])
  assert.equal(asked.length, 1)
  assert.deepEqual(await left(), [])
})

test('after a 429 the next attempt waits as long as it says', async () => {
  await arm({ fault: '429', retry_after: 30 })
  await messages(1)
  await work()
  const look = async () => (await t.call('GET /extensions/deliveries')).body.data[0]
  const { next_attempt_at, updated_at } = await eventually(look, ({ history }) => history.length > 0)
  assert.ok(next_attempt_at - updated_at >= 29 && next_attempt_at - updated_at <= 31)
})

test('a fault affects only the named channel, and no other workspace', async () => {
  await arm({ fault: 'permanent', channel: 'sms', times: 5 })
  await messages(3)
  await messages(2, t, 'sms')
  await messages(4, other, 'sms')
  await work()
  const mine: Shown[] = await settled()
  const statuses = mine.map(({ channel, status }) => `${channel} ${status}`).sort()
  assert.deepEqual(statuses, ['email sent', 'email sent', 'email sent', 'sms failed', 'sms failed'])
  assert.ok((await settled(other)).every(({ status }: Shown) => status === 'sent'))
  assert.deepEqual(await left(), [3])
})

test('several workers share the armed faults: exactly as many sends fail', async () => {
  await arm({ fault: '500', times: 37 })
  await messages(60)
  await work(3)
  const deliveries: Shown[] = await settled()
  assert.equal(metOf(deliveries).length, 37)
  assert.equal(asked.length, 60)
})

test('a suppressed delivery uses no fault', async () => {
  await arm({ fault: '500' })
  const to = await aContact(t.workspace, { email: 'gone@example.com', has_hard_bounced: true })
  await aMessage(t.workspace, { to })
  await work()
  assert.equal((await settled())[0].error.code, 'hard_bounced')
  assert.deepEqual(await left(), [1])
})

test('a lease says for each delivery whether its workspace has armed faults', async () => {
  await messages(2, other)
  await arm({ fault: '500' })
  await messages(2)
  const leased = await lease(sql, [], 10, 1)
  const byWorkspace = leased.map(({ workspace_id, meets_faults }) => [workspace_id === t.created.id, meets_faults])
  assert.deepEqual(byWorkspace.sort(), [
    [false, false],
    [false, false],
    [true, true],
    [true, true],
  ])
})
