// Stored channel accounts: the row, and the queries that sending and receiving need. Independent of providers.
import type { ChannelName, SendingChannel } from '#channels/channel.ts'
import { one, type Sql } from '#db/sql.ts'
import { type EgressPolicy, egressPolicy } from '#net/egress.ts'

export type AccountRow = {
  workspace_id: string
  id: string
  channel: SendingChannel
  provider: 'smtp' | 'twilio' | 'meta'
  name: string
  settings: Record<string, unknown>
  /** Encrypted: see `secrets.ts`. */
  secrets: Buffer
  /** The name that the provider's callbacks use for the account. */
  key: string | null
  from_environment: boolean
  /** The reply domain that another workspace took from this account, and how. */
  lost_domain: string | null
  lost_to: 'claim' | 'dns' | 'environment' | 'operator' | null
  created_at: Date
  updated_at: Date
}

export const findAccount = (sql: Sql, workspace_id: string, channel: ChannelName) =>
  one(sql<AccountRow[]>`
    select * from channel_accounts where workspace_id = ${workspace_id} and channel = ${channel}`)

/** Returns the accounts, in all workspaces, that a callback can be for. The signature decides between them. */
export const findAccountsByKey = (sql: Sql, channel: SendingChannel, key: string) => sql<AccountRow[]>`
  select * from channel_accounts where channel = ${channel} and key = ${key} order by workspace_id, id`

const PUBLIC = egressPolicy()

/**
 * Returns the egress policy of an account. Accounts from the environment may connect anywhere (undefined); accounts
 * that a workspace created are limited to `policy`, by default to public addresses.
 */
export const egressOfAccount = (
  { from_environment }: AccountRow,
  policy: EgressPolicy = PUBLIC,
): EgressPolicy | undefined => (from_environment ? undefined : policy)
