// A workspace that sends SMS through a Twilio of the test, with the server's webhooks.

import { after } from 'node:test'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { startWorker } from '#delivery/worker.ts'
import { freePort } from '#lib/free-port.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { type Call, NEARBY, SECRET, type TestApp, testApp } from './app.ts'
import { eventually } from './factories.ts'
import {
  type Heard,
  type How,
  newSid,
  type Params,
  type ReceivedMessage,
  type TwilioPeer,
  twilioPeer,
} from './twilio.ts'

const SILENT = { error() {}, warn() {}, info() {} }
const QUICK = { first_wait_ms: 20, longest_wait_ms: 100, give_up_after_ms: 60_000 }

/** The number of the workspace. */
export const OURS = '+12025550100'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
export type Delivery = any

export type Sms = {
  t: TestApp
  peer: TwilioPeer
  /** The base URL of the webhooks. */
  status: string
  inbound: string
  /** A person writes to the workspace. */
  write(from: string, Body: string, more?: Params, how?: How): Promise<Heard>
  /** Sends by POST /messages. Returns the id of the message. */
  send(to: string, body?: string): Promise<string>
  look(message_id: string): Promise<Delivery>
  /** Returns the delivery of a message when it has that status. */
  becomes(message_id: string, status: string): Promise<Delivery>
  /** Returns the message as Twilio received it. */
  receivedMessage(delivery: Delivery): ReceivedMessage
}

export const accountOf = ({ url, account_sid, auth_token }: TwilioPeer, settings: object = {}) => ({
  provider: 'twilio',
  settings: { account_sid, base_url: url, from: OURS, ...settings },
  secrets: { auth_token },
})

export async function createAccount(call: Call, peer: TwilioPeer, settings: object = {}): Promise<string> {
  const { status, text, body } = await call('POST /extensions/channels', accountOf(peer, settings))
  if (status !== 200) throw new Error(text)
  return body.id
}

/** `public_url`: if it differs from where the server listens, as behind a proxy. */
export async function sms(options: { public_url?: string } = {}): Promise<Sms> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const { public_url = origin } = options
  const t = await testApp({ public_url })
  const peer = await twilioPeer()
  const { sql } = t.database
  const around = { public_url, secret: SECRET, egress: NEARBY }
  const accounts = accountPool(sql, around, captureAccount({ from: 'team@example.com', reply_domain: null, ...around }))
  const worker = await startWorker({ sql, recipients: contactRecords, accounts, log: SILENT, retry: QUICK })
  await t.app.listen({ port, host: '127.0.0.1' })
  after(async () => {
    await worker.stop()
    await accounts.close()
    await peer.close()
  })
  await createAccount(t.call, peer)

  const look = async (id: string) => (await t.call(`GET /extensions/messages/${id}/deliveries`)).body.data[0]
  const inbound = `${origin}/webhooks/twilio/inbound`
  return {
    ...{ t, peer, inbound, look },
    status: `${origin}/webhooks/twilio/status`,
    write(from, Body, more = {}, how = {}) {
      const MessageSid = newSid('SM')
      const ids = { MessageSid, SmsSid: MessageSid, AccountSid: peer.account_sid, ApiVersion: '2010-04-01' }
      const said = { From: from, To: OURS, Body, NumMedia: '0', NumSegments: '1', FromCountry: 'US' }
      return peer.call(inbound, { ...ids, ...said, ...more }, how)
    },
    async send(to, body = 'Your parcel is here') {
      const message = { from: { type: 'admin', id: t.created.admin_id }, to: { type: 'user', id: to } }
      const answer = await t.call('POST /messages', { ...message, message_type: 'sms', body })
      if (!answer.body.id) throw new Error(answer.text)
      return answer.body.id
    },
    becomes: (id, status) =>
      eventually(
        () => look(id),
        (delivery) => delivery?.status === status,
      ),
    receivedMessage: ({ provider_id }) => peer.received.find(({ sid }) => sid === provider_id) as ReceivedMessage,
  }
}
