// Keeps the first workspace's channel accounts as the environment describes them.
import { isDeepStrictEqual } from 'node:util'
import type { SendingChannel } from '#channels/channel.ts'
import { PROVIDERS } from '#channels/providers.ts'
import type { Pool, Sql } from '#db/sql.ts'
import { accountChanged } from '#delivery/bring-forward.ts'
import { endWaiting } from './end-waiting.ts'
import { type AccountRow, findAccount } from './rows.ts'
import { canUnseal, sealSecrets, unsealSecrets } from './secrets.ts'

export type EnvironmentAccount = Pick<AccountRow, 'channel' | 'provider' | 'settings'> & {
  secrets: Record<string, unknown>
}

export type Environment = {
  accounts: EnvironmentAccount[]
  secret: string
  /** Whether the secret key was set, rather than generated on this machine. */
  is_secret_set: boolean
}

/**
 * Makes the given accounts the workspace's only accounts from the environment. Deliveries that wait for an account that
 * is no longer given fail: see `endWaiting`.
 *
 * @throws Error with one sentence if the channel has an account that was made through the API, or if another machine
 * stored these accounts under a secret key of its own.
 */
export const saveEnvironmentAccounts = (pool: Pool, workspace_id: string, environment: Environment): Promise<unknown> =>
  pool.begin((sql) => save(sql, workspace_id, environment, new Date()))

async function save(sql: Sql, workspace_id: string, { accounts, secret, is_secret_set }: Environment, at: Date) {
  const given = accounts.map(({ channel }) => channel)
  const removed = await sql<{ channel: SendingChannel }[]>`
    delete from channel_accounts
    where workspace_id = ${workspace_id} and from_environment and not channel = any(${given}) returning channel`
  for (const { channel } of removed) await endWaiting(sql, workspace_id, channel, at)
  for (const account of accounts) {
    const known = await findAccount(sql, workspace_id, account.channel)
    if (known) assertReplaceable(known, secret, is_secret_set)
    if (known && isSame(secret, known, account)) continue
    await upsertAccount(sql, workspace_id, account, secret, at)
    await accountChanged(sql, workspace_id, account.channel)
  }
}

function assertReplaceable({ channel, from_environment, secrets }: AccountRow, secret: string, is_secret_set: boolean) {
  if (!from_environment)
    throw new Error(
      `The first workspace has an account for ${channel} that was made through the API: remove it there, or unset what the environment says of ${channel}.`,
    )
  if (!is_secret_set && !canUnseal(secret, secrets))
    throw new Error(
      'The channel accounts in this database were kept with another secret key: set INTERPHONE_SECRET_KEY, to the same text on every machine.',
    )
}

function isSame(
  secret: string,
  row: AccountRow,
  { settings, secrets }: Pick<EnvironmentAccount, 'settings' | 'secrets'>,
) {
  try {
    return isDeepStrictEqual([row.settings, unsealSecrets(secret, row.secrets)], [settings, secrets])
  } catch {
    return false
  }
}

const upsertAccount = (sql: Sql, workspace_id: string, account: EnvironmentAccount, secret: string, at: Date) => {
  const { channel, provider, settings, secrets } = account
  return sql`
    insert into channel_accounts (workspace_id, channel, provider, name, settings, secrets, key, from_environment,
      created_at, updated_at)
    values (${workspace_id}, ${channel}, ${provider}, 'From the environment', ${JSON.stringify(settings)}::text::jsonb,
      ${sealSecrets(secret, secrets)}, ${PROVIDERS[provider].key(settings as never)}, true, ${at}, ${at})
    on conflict (workspace_id, channel) do update set provider = excluded.provider, settings = excluded.settings,
      secrets = excluded.secrets, key = excluded.key, updated_at = excluded.updated_at`
}
