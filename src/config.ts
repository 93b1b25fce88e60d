// Reads the settings from the environment, once, and checks them. No other file reads the environment.
import { homedir, tmpdir } from 'node:os'
import type { Kind } from '#lib/kinds.ts'
import { EVERYTHING, isLoopback } from '#net/addresses.ts'
import type { Setting } from './setting-kinds.ts'
import { PUBLIC_SESSIONS, SETTINGS } from './settings.ts'

/** A setting that cannot be used; the message is one sentence for the operator. */
export class WrongSetting extends Error {}

type Value<S> = S extends { kind: Kind<infer T>; fallback: string }
  ? T
  : S extends Setting<infer T>
    ? T | undefined
    : never

type Values = { -readonly [Key in keyof typeof SETTINGS]: Value<(typeof SETTINGS)[Key]> }

export type Config = Readonly<
  Values & { public_url: string; session_rate_limit_per_minute: number; request_log: 'on' | 'off' }
>

/** The fewest characters of a token that other machines could guess. */
const PUBLIC_TOKEN_LENGTH = 20
const SHORT_TOKEN = `INTERPHONE_TOKEN must have at least ${PUBLIC_TOKEN_LENGTH} characters, because other machines reach this server (HOST, PUBLIC_URL).`

/** Returns the environment with other values, such as those of the command line. */
export const environmentWith = (given: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({ ...process.env, ...given })

/** Returns whether the environment has a value for a setting. */
export const isGiven = (name: string): boolean => Boolean(process.env[name]?.trim())

/**
 * A library looks for a configuration in the home directory while it is loaded, and fails if there is none: without HOME, and with a uid
 * that has no name, as in a container. Call it first.
 */
export function ensureHome(): void {
  try {
    homedir()
  } catch {
    process.env.HOME = tmpdir()
  }
}

/** @throws WrongSetting for the first setting that cannot be used. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const entries = Object.entries(SETTINGS).map(([key, setting]) => [key, read(setting, environment)])
  const values = Object.fromEntries(entries) as Values
  assertComplete(values)
  const public_url = values.public_url ?? listeningUrl(values)
  const is_public = isPublic({ host: values.host, public_url })
  if (is_public && hasShortToken(values)) throw new WrongSetting(SHORT_TOKEN)
  const sessions = values.session_rate_limit_per_minute
  const session_rate_limit_per_minute = sessions ?? (values.rate_limit_per_minute || (is_public ? PUBLIC_SESSIONS : 0))
  const request_log = values.request_log ?? (is_public ? 'off' : 'on')
  return Object.freeze({ ...values, public_url, session_rate_limit_per_minute, request_log })
}

/** Returns whether other machines reach the server, at the address that it listens on or through a proxy. */
const isPublic = ({ host, public_url }: Pick<Config, 'host' | 'public_url'>): boolean =>
  !isLoopback(host) || !isLoopback(new URL(public_url).hostname)

export const hasShortToken = ({ token }: Pick<Config, 'token'>): boolean =>
  token !== undefined && token.length < PUBLIC_TOKEN_LENGTH

function read({ name, kind, fallback, secret }: Setting<unknown>, environment: NodeJS.ProcessEnv): unknown {
  const text = environment[name]?.trim() || fallback
  if (text === undefined) return undefined
  const value = kind.read(text)
  if (value === undefined) throw new WrongSetting(`${name} must be ${kind.must_be}${secret ? '' : `, not "${text}"`}.`)
  return value
}

/** Groups of settings that are useless alone: set all of them, or none. */
const TOGETHER: [what: string, names: string[]][] = [
  ['the certificate and its key', ['TLS_CERT', 'TLS_KEY']],
  ['the three DKIM settings', ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY']],
  ['the settings of S3', ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']],
  ['the credentials of Twilio', ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN']],
  [
    'the four WhatsApp settings',
    ['WHATSAPP_PHONE_NUMBER_ID', 'WHATSAPP_ACCESS_TOKEN', 'WHATSAPP_APP_SECRET', 'WHATSAPP_VERIFY_TOKEN'],
  ],
]

function assertComplete(values: Values): void {
  if (values.smtp_url && !values.email_from)
    throw new WrongSetting('SMTP_URL needs EMAIL_FROM, the sender of the email.')
  for (const [what, names] of TOGETHER) {
    const absent = names.filter((name) => !values[name.toLowerCase() as keyof Values])
    if (absent.length && absent.length < names.length)
      throw new WrongSetting(`${absent.join(' and ')} must be set too: ${what} go together.`)
  }
  if (values.database_read_url && !values.database_url)
    throw new WrongSetting('DATABASE_READ_URL needs DATABASE_URL, the database that it is a replica of.')
  if (values.assistant_url && !values.assistant_model)
    throw new WrongSetting('ASSISTANT_MODEL must be set too: ASSISTANT_URL needs the name of a model.')
  if (values.twilio_account_sid && !values.twilio_from && !values.twilio_messaging_service_sid)
    throw new WrongSetting('TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID must be set: SMS need a sender.')
}

/** Returns the private ranges that the server may connect to on behalf of a workspace. */
export function allowedPrivateAddresses({
  allow_private_addresses,
  host,
  public_url,
}: Config): Record<Purpose, readonly string[]> {
  // A server on loopback is called only from this machine, and its callers can reach every address that it can.
  const channels = allow_private_addresses ?? (isPublic({ host, public_url }) ? [] : EVERYTHING)
  return { attachments: allow_private_addresses ?? [], channels }
}

/** Returns the model that writes the answers of the assistant; undefined if the operator named none. */
export const assistantModel = ({ assistant_url: url, assistant_api_key: api_key, assistant_model: model }: Config) =>
  url === undefined || model === undefined ? undefined : { url, api_key, model }

export const keptDays = (config: Config) => ({
  events: config.events_kept_days,
  deliveries: config.deliveries_kept_days,
  delivery_history: config.delivery_history_kept_days,
  captured_messages: config.captured_messages_kept_days,
  received_messages: config.received_messages_kept_days,
  webhook_notifications: config.webhook_notifications_kept_days,
})

/** Which part of the server connects. */
type Purpose = 'attachments' | 'channels'

/** Returns the URL of the server on this machine. */
export function listeningUrl({ host, port }: { host: string; port: number }): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`
}
