// What a provider of a channel is to the rest of the house: what an account with it is made of, and how one is opened.
import type { Static, TObject } from 'typebox'
import type { EgressPolicy } from '#net/egress.ts'
import type { Account, SendingChannel } from './channel.ts'

/** What an account needs to know of the server it sends for. */
export type Surroundings = {
  /** Where providers and readers reach the server, without a slash at the end. */
  public_url: string
  /** What our links and addresses are signed with. */
  secret: string
  /** How far the account's connections may go; anywhere where absent. */
  egress?: EgressPolicy | undefined
}

export type Provider<Settings extends TObject = TObject, Secrets extends TObject = TObject> = {
  channel: SendingChannel
  /** What may be shown of an account. */
  settings: Settings
  /** What is kept encrypted, and never shown again. */
  secrets: Secrets
  /** Which of them is the URL of what it connects to: `settings.base_url`. */
  address: `${'settings' | 'secrets'}.${string}`
  /** What the provider's callbacks name the account by, or null where there are none. */
  key(settings: Static<Settings>): string | null
  /** Opens no connection yet. Throws, with one sentence for people, where the account cannot work. */
  open(
    account: { workspace_id: string; id: string; settings: Static<Settings>; secrets: Static<Secrets> },
    surroundings: Surroundings,
  ): Promise<Account>
}

/** A provider, with the types of its settings and secrets taken from their schemas. */
export const provider = <Settings extends TObject, Secrets extends TObject>(its: Provider<Settings, Secrets>) =>
  its as unknown as Provider & { settings: Settings; secrets: Secrets }
