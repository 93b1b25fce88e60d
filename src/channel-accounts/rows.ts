// Channel accounts as they are stored: the row, and the look-ups that sending and receiving need. Knows no provider.
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
  /** What the provider's callbacks name the account by. */
  key: string | null
  from_environment: boolean
  created_at: Date
  updated_at: Date
}

/** The account that a workspace has on a channel. */
export const findAccount = (sql: Sql, workspace_id: string, channel: ChannelName) =>
  one(sql<AccountRow[]>`
    select * from channel_accounts where workspace_id = ${workspace_id} and channel = ${channel}`)

/** The accounts, in every workspace, that a provider's callback may mean. Its signature decides which of them it is. */
export const findAccountsByKey = (sql: Sql, channel: SendingChannel, key: string) => sql<AccountRow[]>`
  select * from channel_accounts where channel = ${channel} and key = ${key} order by workspace_id, id`

const PUBLIC = egressPolicy()

/**
 * Returns where the account's connections may go. Accounts that the operator named may connect anywhere (undefined);
 * accounts that a workspace made are limited to `policy`, by default to public addresses.
 */
export const egressOfAccount = (
  { from_environment }: AccountRow,
  policy: EgressPolicy = PUBLIC,
): EgressPolicy | undefined => (from_environment ? undefined : policy)
