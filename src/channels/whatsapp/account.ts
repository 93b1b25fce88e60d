// The WhatsApp account of the delivery worker: a business phone number on Meta's Cloud API.
import { type Static, Type } from 'typebox'
import { provider } from '../provider.ts'
import { type MetaAccount, sendMessage } from './send.ts'

export const BASE_URL = 'https://graph.facebook.com/v23.0'

/** Enough for the 80 messages a second that Meta allows for a number, at the usual 300 ms for each. */
const CONCURRENCY = 24

const Secret = (description: string) => Type.String({ pattern: '^[\\x21-\\x7e]+$', description })

const Settings = Type.Object({
  phone_number_id: Type.String({
    pattern: '^\\d{5,20}$',
    description: "Meta's ID of the phone number, which is not the phone number itself.",
  }),
  base_url: Type.Optional(
    Type.String({ pattern: '^https?://[^\\s?#]+$', description: `The URL of the Graph API. Default: ${BASE_URL}` }),
  ),
})

const Secrets = Type.Object({
  access_token: Secret('A permanent token of a system user, without spaces.'),
  app_secret: Secret("The app's secret, which signs callbacks, without spaces."),
  verify_token: Secret('The text that Meta sends when the webhook is set up: your choice, without spaces.'),
})

export const meta = provider<Static<typeof Settings>, Static<typeof Secrets>>({
  channel: 'whatsapp',
  settings: Settings,
  secrets: Secrets,
  address: 'settings.base_url',
  key: ({ phone_number_id }) => phone_number_id,
  async open({ settings, secrets }, { secret, egress }) {
    const account = { ...metaAccount(settings, secrets), egress }
    return {
      send: (outgoing) => sendMessage(account, secret, outgoing),
      concurrency: CONCURRENCY,
      close: async () => {},
    }
  },
})

/**
 * Returns what calls of Meta's API need from an account.
 * @throws Error with one sentence if the account cannot work.
 */
export function metaAccount(
  { phone_number_id, base_url = BASE_URL }: { phone_number_id: string; base_url?: string },
  { access_token }: { access_token: string },
): MetaAccount {
  if (!URL.canParse(base_url)) throw new Error(`base_url has to be a URL such as ${BASE_URL}`)
  if (!/^[\x21-\x7e]+$/.test(access_token)) throw new Error('An access token has no spaces')
  return { phone_number_id, base_url: base_url.replace(/\/+$/, ''), access_token }
}
