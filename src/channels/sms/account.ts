// SMS as the delivery worker knows them: an account with Twilio, or with whoever speaks its wire.
import { type Static, Type } from 'typebox'
import type { Account } from '../channel.ts'
import { type AccountOptions, provider } from '../provider.ts'
import { classify, unanswered } from './classify.ts'
import { messageForm } from './form.ts'
import { poster, type Timeouts } from './post.ts'

/** Twilio begins to refuse at about a hundred requests at once, of all that an account does. */
const CONNECTIONS = 20
const TIMEOUTS: Timeouts = { total: 30_000, close: 3_000 }
const TWILIO = 'https://api.twilio.com'

const Settings = Type.Object({
  account_sid: Type.String({ pattern: '^AC[0-9a-fA-F]{32}$', description: 'AC and 32 hexadecimal digits.' }),
  from: Type.Optional(
    Type.String({
      pattern: '^(\\+[1-9]\\d{6,14}|\\d{3,8}|[A-Za-z0-9 ]{1,11})$',
      description: 'The number that SMS come from, with its country code; or a short code, or a sender name.',
    }),
  ),
  messaging_service_sid: Type.Optional(
    Type.String({ pattern: '^MG[0-9a-fA-F]{32}$', description: 'The Messaging Service that picks the number.' }),
  ),
  base_url: Type.Optional(
    Type.String({ pattern: '^https?://[^\\s?#]+$', description: `Where its API is, if not at ${TWILIO}.` }),
  ),
})
export type TwilioSettings = Static<typeof Settings>

const Secrets = Type.Object({ auth_token: Type.String({ minLength: 1, description: 'It signs callbacks, too.' }) })

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
 * Messages are created one request each; Twilio knows no idempotency key for them. The address of each one's callbacks
 * names its delivery, so that whatever is said of a message, also of one that was sent twice, is said of its delivery.
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
