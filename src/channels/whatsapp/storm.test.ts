// Many messages to a Meta server where every third call fails in some way: each message arrives exactly once.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'
import { type Failure, metaPeer } from '../../../test/meta.ts'
import { sendMessage } from './send.ts'

/** For a longer run: `STORM=10000 npm run test:file …`. */
const MESSAGES = Number(process.env['STORM'] ?? 400)
const SHARE = 0.3
const RETRY = { first_wait_ms: 20, longest_wait_ms: 200, give_up_after_ms: 600_000 }
const WAYS: Failure[] = [
  { status: 429, code: 130429 },
  { status: 429, retry_after: '1' },
  { status: 503 },
  { status: 500, code: 131000 },
  'reset',
  'silence',
]
const NEVER = '12025559999'

const t = await testApp()
const peer = await metaPeer()
after(() => peer.close())

test('many messages are each accepted once despite failures, and an invalid one delays no other', async (context) => {
  let failed = 0
  let calls = 0
  peer.fail = ({ to }) => {
    calls++
    if (to === NEVER) return { status: 400, code: 131026 }
    if (Math.random() >= SHARE) return undefined
    return WAYS[failed++ % WAYS.length]
  }
  const { phone_number_id, url: base_url, secrets } = peer
  const account = {
    send: (outgoing: Parameters<typeof sendMessage>[2]) =>
      sendMessage({ phone_number_id, base_url, access_token: secrets.access_token }, SECRET, outgoing, 5_000),
    concurrency: 24,
    close: async () => {},
  }
  const { sql } = t.database
  const ids: string[] = []
  for (let index = 0; index < MESSAGES; index += 500) {
    const few = Array.from({ length: Math.min(500, MESSAGES - index) }, (_, one) =>
      aContact(t.workspace, { formatted_phone: `+1${2_000_000_000 + index + one}` }),
    )
    ids.push(...(await Promise.all(few)))
  }
  const never = await aContact(t.workspace, { formatted_phone: `+${NEVER}` })
  const template = { message_type: 'whatsapp' as const, template: 'order_update', locale: 'en', components: [] }
  await Promise.all([never, ...ids].map((to) => aMessage(t.workspace, { to, ...template })))

  const accounts = accountsOf([{ workspace_id: t.workspace.id, channel: 'whatsapp', account }], account)
  const began = Date.now()
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts,
    log: { error() {}, warn() {}, info() {} },
    retry: RETRY,
  })
  await eventually(
    () => sql`select from deliveries where status = 'queued' limit 1`,
    ({ count }) => count === 0,
    60_000 + MESSAGES * 30,
  ).finally(() => worker.stop())
  const seconds = (Date.now() - began) / 1000

  const counts = await sql<{ status: string; count: number }[]>`
    select status, count(*)::int from deliveries group by 1 order by 1`
  assert.deepEqual(
    counts.map(({ status, count }) => [status, count]),
    [
      ['failed', 1],
      ['sent', MESSAGES],
    ],
  )
  assert.equal(peer.received.length, MESSAGES)
  assert.equal(new Set(peer.received.map(({ to }) => to)).size, MESSAGES)
  assert.deepEqual(peer.faults, [])
  context.diagnostic(`${MESSAGES} messages, ${calls} calls, ${failed} failed, all received once, in ${seconds} s`)
})
