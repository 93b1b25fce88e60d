// The SMS account of the delivery worker: sends through Twilio, or a service with the same API.
import { type Static, Type } from 'typebox'
import type { Account } from '../channel.ts'
import { type AccountOptions, provider } from '../provider.ts'
import { classify, unanswered } from './classify.ts'
import { messageForm } from './form.ts'
import { poster, type Timeouts } from './post.ts'

/** Twilio refuses requests from about a hundred at once, over all uses of an account. */
const CONNECTIONS = 20
const TIMEOUTS: Timeouts = { total: 30_000, close: 3_000 }
const TWILIO = 'https://api.twilio.com'

const Settings = Type.Object({
  account_sid: Type.String({ pattern: '^AC[0-9a-fA-F]{32}$', description: 'AC and 32 hexadecimal digits.' }),
  from: Type.Optional(
    Type.String({
      pattern: '^(\\+[1-9]\\d{6,14}|\\d{3,8}|[A-Za-z0-9 ]{1,11})$',
      description: 'The number that SMS are sent from, with its country code; or a short code, or a sender name.',
    }),
  ),
  messaging_service_sid: Type.Optional(
    Type.String({ pattern: '^MG[0-9a-fA-F]{32}$', description: 'The Messaging Service that chooses the number.' }),
  ),
  base_url: Type.Optional(
    Type.String({ pattern: '^https?://[^\\s?#]+$', description: `The URL of its API. Default: ${TWILIO}.` }),
  ),
})
export type TwilioSettings = Static<typeof Settings>

const Secrets = Type.Object({ auth_token: Type.String({ minLength: 1, description: 'It also signs callbacks.' }) })

export const twilio = provider<Static<typeof Settings>, Static<typeof Secrets>>({
  channel: 'sms',
  settings: Settings,
  secrets: Secrets,
  address: 'settings.base_url',
  key: ({ account_sid }) => account_sid,
  async open({ settings, secrets: { auth_token } }, options) {
    if (!settings.from && !settings.messaging_service_sid)
      throw new Error('from or messaging_service_sid is required: SMS need a sender')
    if (settings.base_url && !URL.canParse(settings.base_url))
      throw new Error(`base_url has to be a URL such as ${TWILIO}`)
    return twilioAccount(settings, auth_token, options)
  },
})

/**
 * Sends one request for each message; Twilio has no idempotency keys for them. The callback URL of a message names its
 * delivery, so that statuses are assigned to the delivery even if its message was sent twice.
 */
export function twilioAccount(
  settings: TwilioSettings,
  auth_token: string,
  options: AccountOptions,
  timeouts: Partial<Timeouts> = {},
): Account {
  const { account_sid } = settings
  const base_url = (settings.base_url ?? TWILIO).replace(/\/+$/, '')
  const api = poster({
    base_url,
    egress: options.egress,
    authorization: `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`,
    max_connections: CONNECTIONS,
    timeouts: { ...TIMEOUTS, ...timeouts },
  })
  const path = `/2010-04-01/Accounts/${account_sid}/Messages.json`
  const sender = { ...settings, base_url }
  return {
    send: (outgoing) => api.post(path, messageForm(outgoing, sender, options)).then(classify, unanswered),
    concurrency: CONNECTIONS,
    close: (within_ms) => api.close(within_ms),
  }
}
