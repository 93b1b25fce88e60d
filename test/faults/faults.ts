// The fault test: many SMS through a provider that fails three calls in ten, beside an account that hangs. Each
// recipient has one delivery with one final status, and everyone who can be reached gets the message.

import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from '#app.ts'
import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { twilioAccount } from '#channels/sms/account.ts'
import type { Pool } from '#db/sql.ts'
import type { RetryPolicy } from '#delivery/retry.ts'
import { startWorker } from '#delivery/worker.ts'
import type { Files } from '#files/files.ts'
import { freePort } from '#lib/free-port.ts'
import { egressPolicy } from '#net/egress.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { createWorkspace } from '#workspaces/create.ts'
import { randomNumbers } from '../crash/killer.ts'
import { type TwilioPeer, twilioPeer } from '../twilio.ts'
import { faultyProvider } from './provider.ts'
import { type Report, report } from './report.ts'

export type FaultsOptions = {
  messages: number
  seed: number
  /** How long a call can take, in milliseconds. */
  timeout_ms: number
}

/** The share of calls that fail. */
const SHARE = 0.3
const SECRET = 'a secret for the fault test'
const FROM = '+12025550100'
const POSTS_AT_ONCE = 32
/** As many as an account sends at once, and more that wait. */
const HANGING = 100
const PATIENCE_MS = 600_000
const RETRY: RetryPolicy = { first_wait_ms: 300, longest_wait_ms: 1_000, give_up_after_ms: PATIENCE_MS }

export async function faults(sql: Pool, files: Files, { messages, seed, timeout_ms }: FaultsOptions): Promise<Report> {
  const random = randomNumbers(seed)
  const provider = await faultyProvider(SHARE, random)
  const hanging = await twilioPeer()
  const held = Promise.withResolvers<undefined>()
  hanging.fault = () => held.promise

  const port = await freePort()
  const options = { public_url: `http://127.0.0.1:${port}`, secret: SECRET }
  const app = buildApp({ sql, files, egress: egressPolicy({ allowed: ['127.0.0.1'] }), ...options })
  await app.listen({ port, host: '127.0.0.1' })
  const started = Date.now()
  const [ours, theirs] = [await newTenant(messages, provider.peer), await newTenant(HANGING, hanging)]
  const accounts = accountsOf(
    [
      { workspace_id: ours.id, channel: 'sms', account: accountAt(provider.peer, timeout_ms) },
      { workspace_id: theirs.id, channel: 'sms', account: accountAt(hanging, PATIENCE_MS) },
    ],
    captureAccount({ from: 'team@example.com', reply_domain: null, ...options }),
  )
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts,
    retry: RETRY,
    log: { error() {}, warn() {}, info() {} },
  })
  try {
    await theirs.post()
    const accepted = await ours.post()
    await ours.settled()
    await provider.callbacks.done()
    const seconds = (Date.now() - started) / 1000
    const hung = { calls: hanging.requests.length, answered: hanging.received.length }
    held.resolve(undefined)
    await theirs.settled()
    const { callback_counts } = provider.callbacks
    return report({
      ...{ seed, messages, accepted, seconds, callback_counts, hung },
      calls: provider.peer.requests.length,
      faults: provider.faults,
      received: provider.peer.received,
      deliveries: await ours.deliveries(),
      hanging: { messages: HANGING, received: hanging.received, deliveries: await theirs.deliveries() },
    })
  } finally {
    held.resolve(undefined)
    await worker.stop()
    await accounts.close()
    await app.close()
    await Promise.all([provider.peer.close(), hanging.close()])
  }

  function accountAt({ account_sid, auth_token, url: base_url }: TwilioPeer, total: number) {
    return twilioAccount({ account_sid, from: FROM, base_url }, auth_token, options, { total, close: 100 })
  }

  /** Creates a workspace with an account at this Twilio, and with contacts that each get one message. */
  async function newTenant(size: number, { url, account_sid, auth_token }: TwilioPeer) {
    const { id, token, admin_id } = await createWorkspace(sql, { name: 'Faults' })
    const call = (url: string, payload: object) =>
      app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${token}` } })
    const settings = { account_sid, from: FROM, base_url: url }
    const made = await call('/extensions/channels', { provider: 'twilio', settings, secrets: { auth_token } })
    if (made.statusCode !== 200) throw new Error(made.body)
    await sql`
      insert into contacts (workspace_id, id, role, phone, formatted_phone, created_at, updated_at)
      select ${id}, n::text, 'user', number, number, now(), now()
      from generate_series(0, ${size - 1}::int) n, lateral (select '+15550' || lpad(n::text, 6, '0') as number) as its`
    const deliveries = () => sql<{ address: string; status: string; attempts: number; code: string | null }[]>`
      select address, status, attempts, error_code as code from deliveries where workspace_id = ${id}`
    return {
      id,
      deliveries,
      /** Calls POST /messages for each contact. Returns how many were accepted. */
      async post(): Promise<number> {
        let [next, accepted] = [0, 0]
        const client = async () => {
          while (next < size) {
            const to = { type: 'user', id: String(next++) }
            const from = { type: 'admin', id: admin_id }
            const answer = await call('/messages', { from, to, message_type: 'sms', body: `Your code is ${to.id}` })
            if (answer.statusCode === 200) accepted++
          }
        }
        await Promise.all(Array.from({ length: POSTS_AT_ONCE }, client))
        return accepted
      },
      /** Waits until nothing is queued, or the time is over. */
      async settled(): Promise<void> {
        while (Date.now() < started + PATIENCE_MS) {
          const { count } = await sql`
            select from deliveries where workspace_id = ${id} and status = 'queued' limit 1`
          if (!count) return
          await sleep(50)
        }
      },
    }
  }
}
