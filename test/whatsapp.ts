// A workspace that sends WhatsApp messages through a Meta of the test, with the server's webhook.

import { after } from 'node:test'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { NEARBY, SECRET, type TestApp, testApp } from './app.ts'
import { eventually } from './factories.ts'
import { type MetaPeer, metaPeer, type ReceivedMessage, webhookBody } from './meta.ts'

const SILENT = { error() {}, warn() {}, info() {} }
const QUICK = { first_wait_ms: 20, longest_wait_ms: 100, give_up_after_ms: 60_000 }

export type WhatsApp = {
  t: TestApp
  peer: MetaPeer
  webhook: string
  /** The server's log lines of the webhook. */
  logged: string[]
  /** Posts statuses or messages of the account's number, signed. */
  postWebhook(value: object, signing?: Parameters<MetaPeer['post']>[2]): Promise<Response>
  /** Sends a template by POST /messages. Returns the id of the message. */
  send(to: string | string[], more?: object): Promise<string>
  deliveriesOf(message_id: string): Promise<Delivery[]>
  /** Returns the first delivery of a message when it has that status. */
  becomes(message_id: string, status: string): Promise<Delivery>
  /** Returns what Meta received for a number, without a plus. */
  receivedBy(to: string): ReceivedMessage[]
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
export type Delivery = any

export const accountOf = ({ url, phone_number_id, secrets }: MetaPeer) => ({
  provider: 'meta',
  settings: { phone_number_id, base_url: url },
  secrets,
})

export async function whatsapp({ largest }: { largest?: number } = {}): Promise<WhatsApp> {
  const logged: string[] = []
  const logger = { level: 'warn', stream: { write: (line: string) => void logged.push(line) } }
  const t = await testApp({ logger, ...(largest && { largest }) })
  const peer = await metaPeer()
  const { sql } = t.database
  const around = { public_url: 'http://localhost', secret: SECRET, egress: NEARBY }
  const mail = { from: 'team@example.com', reply_domain: null, ...around }
  const accounts = accountPool(sql, around, captureAccount(mail))
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts,
    links: around,
    log: SILENT,
    retry: QUICK,
  })
  const origin = await t.app.listen({ port: 0, host: '127.0.0.1' })
  after(async () => {
    await worker.stop()
    await accounts.close()
    await peer.close()
  })
  const { status, text } = await t.call('POST /extensions/channels', accountOf(peer))
  if (status !== 200) throw new Error(text)

  const webhook = `${origin}/webhooks/whatsapp`
  const deliveriesOf = async (id: string) => (await t.call(`GET /extensions/messages/${id}/deliveries`)).body.data
  return {
    ...{ t, peer, webhook, logged, deliveriesOf },
    postWebhook: (value, signing) => peer.post(webhook, webhookBody(peer.phone_number_id, value), signing),
    async send(to, more = {}) {
      const { body, text } = await t.call('POST /messages', {
        from: { type: 'admin', id: t.created.admin_id },
        to: [to].flat().map((id) => ({ type: 'user', id })),
        ...{ message_type: 'whatsapp', template: 'order_update', locale: 'en', components: [], ...more },
      })
      if (!body.id) throw new Error(text)
      return body.id
    },
    becomes: async (id, status) =>
      (
        await eventually(
          () => deliveriesOf(id),
          ([delivery]) => delivery?.status === status,
        )
      )[0],
    receivedBy: (to) => peer.received.filter((received) => received.to === to),
  }
}
