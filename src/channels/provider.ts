// The type of a channel's provider: the settings and secrets of an account with it, and how to open one.
import type { TSchema } from 'typebox'
import type { EgressPolicy } from '#net/egress.ts'
import type { Account, SendingChannel } from './channel.ts'

/** What an account needs from the server. */
export type AccountOptions = {
  /** The public URL of the server, without a slash at the end. */
  public_url: string
  /** Signs links and addresses. */
  secret: string
  /** Limits the account's connections. Default: no limit. */
  egress?: EgressPolicy | undefined
}

/** The schema of an object without the types of its properties, which would cost the type checker most of its time. */
export type PlainSchema = { properties: Record<string, { description?: string }>; required?: string[] }

export type Provider = {
  channel: SendingChannel
  /** The part of an account that can be shown. */
  settings: PlainSchema
  /** The part that is stored encrypted, and never shown again. */
  secrets: PlainSchema
  /** The property with the URL that the account connects to: `settings.base_url`. */
  address: `${'settings' | 'secrets'}.${string}`
  /** Returns the name that the provider's callbacks use for the account, or null if it has no callbacks. */
  key(settings: object): string | null
  /** Opens no connection yet. @throws Error with one sentence if the account cannot work. */
  open(account: StoredAccount<object, object>, options: AccountOptions): Promise<Account>
}

type StoredAccount<Settings, Secrets> = { workspace_id: string; id: string; settings: Settings; secrets: Secrets }

type TypedProvider<Settings, Secrets> = Pick<Provider, 'channel' | 'address'> & {
  settings: TSchema
  secrets: TSchema
  key(settings: Settings): string | null
  open(account: StoredAccount<Settings, Secrets>, options: AccountOptions): Promise<Account>
}

/**
 * Returns a provider whose settings and secrets have these types: `provider<Static<typeof Settings>, Static<typeof
 * Secrets>>({…})`. `assertFits` checks the values first. Inferring the types from the schemas would take the type
 * checker a million steps for each provider.
 */
export const provider = <Settings, Secrets>(its: TypedProvider<Settings, Secrets>) => its as unknown as Provider
