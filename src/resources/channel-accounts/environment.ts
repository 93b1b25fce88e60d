// Updates the first workspace's channel accounts from the environment.
import { isDeepStrictEqual } from 'node:util'
import { type AccountRow, findAccount } from '#channel-accounts/rows.ts'
import { canUnseal, sealSecrets, unsealSecrets } from '#channel-accounts/secrets.ts'
import { PROVIDERS } from '#channels/providers.ts'
import type { Pool, Sql } from '#db/sql.ts'
import { deleteEnvironmentAccounts, upsertEnvironmentAccount } from './queries.ts'
import { lockReplyDomains, markUnused } from './reply-domain-queries.ts'
import { giveEnvironmentsDomain } from './reply-domains.ts'
import { endWaiting, retryWaiting } from './waiting.ts'

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
 * Stores the given accounts as the workspace's only accounts from the environment. Deliveries that wait for an account
 * that is no longer given fail: see `endWaiting`. The reply domain of the email account becomes the workspace's: returns
 * the workspaces that had claimed it before, without proof.
 *
 * @throws Error with one sentence if the channel has an account that was created through the API, if another machine
 * stored these accounts with another secret key, or if another workspace has proven the reply domain.
 */
export const saveEnvironmentAccounts = (
  pool: Pool,
  workspace_id: string,
  environment: Environment,
): Promise<string[]> => pool.begin((sql) => save(sql, workspace_id, environment, new Date()))

async function save(sql: Sql, workspace_id: string, { accounts, secret, is_secret_set }: Environment, at: Date) {
  await lockReplyDomains(sql)
  const losers: string[] = []
  const given = accounts.map(({ channel }) => channel)
  const removed = await deleteEnvironmentAccounts(sql, workspace_id, given)
  for (const { channel } of removed) await endWaiting(sql, workspace_id, channel, at)
  for (const account of accounts) {
    const known = await findAccount(sql, workspace_id, account.channel)
    if (known) assertReplaceable(known, secret, is_secret_set)
    const { channel, provider, settings } = account
    const key = PROVIDERS[provider].key(settings as never)
    if (channel === 'email' && key) losers.push(...(await giveEnvironmentsDomain(sql, workspace_id, key)))
    if (known && isSame(secret, known, account)) continue
    await upsertEnvironmentAccount(
      sql,
      { workspace_id, channel, provider, settings, secrets: sealSecrets(secret, account.secrets), key },
      at,
    )
    await retryWaiting(sql, workspace_id, account.channel)
  }
  await markUnused(sql, workspace_id)
  return losers
}

function assertReplaceable({ channel, from_environment, secrets }: AccountRow, secret: string, is_secret_set: boolean) {
  if (!from_environment)
    throw new Error(
      `The first workspace has an account for ${channel} that was created through the API: remove it there, or unset the environment's settings for ${channel}.`,
    )
  if (!is_secret_set && !canUnseal(secret, secrets))
    throw new Error(
      'The channel accounts in this database were stored with another secret key: set INTERPHONE_SECRET_KEY to the same text on every machine.',
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
