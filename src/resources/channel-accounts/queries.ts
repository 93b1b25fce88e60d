// The SQL of channel accounts, created by a workspace or from the environment.

import type { AccountRow } from '#channel-accounts/rows.ts'
import type { SendingChannel } from '#channels/channel.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Basis } from './reply-domain-queries.ts'

/** An account, and on what basis its workspace has the reply domain; null if it has none. */
export type ChannelRow = AccountRow & { domain_basis: Basis | null }

const columns = ({ sql }: Workspace) => sql`*, (
  select basis from reply_domains domains
  where domains.workspace_id = channel_accounts.workspace_id and channel = 'email' and domain = key) as domain_basis`

export const listChannels = (workspace: Workspace) =>
  workspace.sql<ChannelRow[]>`
    select ${columns(workspace)} from channel_accounts where workspace_id = ${workspace.id} order by id`

export const findChannel = (workspace: Workspace, id: string) =>
  one(workspace.sql<ChannelRow[]>`
    select ${columns(workspace)} from channel_accounts where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the account until the transaction ends. */
export const lockChannel = (workspace: Workspace, id: string) =>
  one(workspace.sql<ChannelRow[]>`
    select ${columns(workspace)} from channel_accounts
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

type AccountValues = Pick<AccountRow, 'name' | 'settings' | 'secrets' | 'key'>

/** Returns undefined if the workspace already has an account on the channel. */
export const insertChannel = (
  workspace: Workspace,
  account: AccountValues & Pick<AccountRow, 'channel' | 'provider'>,
) => {
  const { channel, provider, name, settings, secrets, key } = account
  return one(workspace.sql<ChannelRow[]>`
    insert into channel_accounts (workspace_id, channel, provider, name, settings, secrets, key, created_at, updated_at)
    values (${workspace.id}, ${channel}, ${provider}, ${name}, ${JSON.stringify(settings)}::text::jsonb, ${secrets},
      ${key}, ${workspace.now()}, ${workspace.now()})
    on conflict (workspace_id, channel) do nothing
    returning ${columns(workspace)}`)
}

/** With a reply domain, a domain that was lost before is forgotten. */
export const updateChannel = (workspace: Workspace, id: string, { name, settings, secrets, key }: AccountValues) =>
  one(workspace.sql<ChannelRow[]>`
    update channel_accounts set name = ${name}, settings = ${JSON.stringify(settings)}::text::jsonb,
      secrets = ${secrets}, key = ${key},
      lost_domain = case when ${key}::text is null then lost_domain end,
      lost_to = case when ${key}::text is null then lost_to end,
      updated_at = greatest(${workspace.now()}, updated_at + interval '1 millisecond')
    where workspace_id = ${workspace.id} and id = ${id}
    returning ${columns(workspace)}`) as Promise<ChannelRow>

export const deleteChannel = (workspace: Workspace, id: string) => workspace.sql`
  delete from channel_accounts where workspace_id = ${workspace.id} and id = ${id}`

/** Removes the accounts from the environment on all other channels than `given`, and returns their channels. */
export const deleteEnvironmentAccounts = (sql: Sql, workspace_id: string, given: SendingChannel[]) =>
  sql<{ channel: SendingChannel }[]>`
    delete from channel_accounts
    where workspace_id = ${workspace_id} and from_environment and not channel = any(${given}) returning channel`

type EnvironmentAccountRow = Pick<AccountRow, 'workspace_id' | 'channel' | 'provider' | 'settings' | 'secrets' | 'key'>

export const upsertEnvironmentAccount = (sql: Sql, account: EnvironmentAccountRow, at: Date) => sql`
  insert into channel_accounts (workspace_id, channel, provider, name, settings, secrets, key, from_environment,
    created_at, updated_at)
  values (${account.workspace_id}, ${account.channel}, ${account.provider}, 'From the environment',
    ${JSON.stringify(account.settings)}::text::jsonb, ${account.secrets}, ${account.key}, true, ${at}, ${at})
  on conflict (workspace_id, channel) do update set provider = excluded.provider, settings = excluded.settings,
    secrets = excluded.secrets, key = excluded.key, lost_domain = null, lost_to = null,
    updated_at = excluded.updated_at`
