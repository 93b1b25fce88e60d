// The type of a channel's provider: the settings and secrets of an account with it, and how to open one.
import type { Static, TObject } from 'typebox'
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

export type Provider<Settings extends TObject = TObject, Secrets extends TObject = TObject> = {
  channel: SendingChannel
  /** The part of an account that can be shown. */
  settings: Settings
  /** The part that is stored encrypted, and never shown again. */
  secrets: Secrets
  /** The property with the URL that the account connects to: `settings.base_url`. */
  address: `${'settings' | 'secrets'}.${string}`
  /** Returns the name that the provider's callbacks use for the account, or null if it has no callbacks. */
  key(settings: Static<Settings>): string | null
  /** Opens no connection yet. @throws Error with one sentence if the account cannot work. */
  open(
    account: { workspace_id: string; id: string; settings: Static<Settings>; secrets: Static<Secrets> },
    options: AccountOptions,
  ): Promise<Account>
}

/** Infers the types of a provider's settings and secrets from their schemas. */
export const provider = <Settings extends TObject, Secrets extends TObject>(its: Provider<Settings, Secrets>) =>
  its as unknown as Provider & { settings: Settings; secrets: Secrets }
