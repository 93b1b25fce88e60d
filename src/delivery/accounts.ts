// The accounts of a running server: read from the database when there is something to send, opened once, and opened anew
// when somebody has changed them, here or in another process.
import { isDeepStrictEqual } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { Accounts } from '#channels/accounts.ts'
import type { Account, ChannelName } from '#channels/channel.ts'
import type { SendingChannel, Surroundings } from '#channels/provider.ts'
import { PROVIDERS, type ProviderName } from '#channels/providers.ts'
import { one, type Pool, type Sql } from '#db/sql.ts'
import { seal, unseal } from '#lib/seal.ts'

export type AccountRow = {
  workspace_id: string
  id: string
  channel: SendingChannel
  provider: ProviderName
  name: string
  settings: Record<string, unknown>
  secrets: Buffer
  key: string | null
  from_environment: boolean
  created_at: Date
  updated_at: Date
}

const SECRETS = 'channel account'

/** The secrets of an account, as they are kept. */
export const sealSecrets = (secret: string, secrets: object): Buffer => seal(secret, SECRETS, JSON.stringify(secrets))

/** @throws Error where they were sealed with another secret key than this server has. */
export function unsealSecrets(secret: string, sealed: Uint8Array): Record<string, unknown> {
  const text = unseal(secret, SECRETS, sealed)
  if (text === undefined)
    throw new Error('Its secrets cannot be read: INTERPHONE_SECRET_KEY is not the one they were kept with')
  return JSON.parse(text)
}

const findAccount = (sql: Sql, workspace_id: string, channel: ChannelName) =>
  one(sql<AccountRow[]>`
    select * from channel_accounts where workspace_id = ${workspace_id} and channel = ${channel}`)

/** The accounts that a provider's callback may mean; whose signature fits tells which. In every workspace. */
export const findAccountsByKey = (sql: Sql, channel: SendingChannel, key: string) => sql<AccountRow[]>`
  select * from channel_accounts where channel = ${channel} and key = ${key} order by workspace_id, id`

export type EnvironmentAccount = Pick<AccountRow, 'channel' | 'provider' | 'settings'> & {
  secrets: Record<string, unknown>
}

/**
 * Makes the workspace's accounts from the environment those that are given, and no others. On a channel that already has
 * an account of another origin the environment wins.
 */
export const keepEnvironmentAccounts = (
  pool: Pool,
  workspace_id: string,
  secret: string,
  accounts: EnvironmentAccount[],
): Promise<unknown> => pool.begin((sql) => keep(sql, workspace_id, secret, accounts, new Date()))

async function keep(
  sql: Sql,
  workspace_id: string,
  secret: string,
  accounts: EnvironmentAccount[],
  at: Date,
): Promise<void> {
  const channels = accounts.map(({ channel }) => channel)
  await sql`
    delete from channel_accounts
    where workspace_id = ${workspace_id} and from_environment and not channel = any(${channels})`
  for (const { channel, provider, settings, secrets } of accounts) {
    const known = await findAccount(sql, workspace_id, channel)
    if (known?.from_environment && isSame(secret, known, { settings, secrets })) continue
    await sql`
      insert into channel_accounts (workspace_id, channel, provider, name, settings, secrets, key, from_environment,
        created_at, updated_at)
      values (${workspace_id}, ${channel}, ${provider}, 'From the environment', ${JSON.stringify(settings)}::text::jsonb,
        ${sealSecrets(secret, secrets)}, ${PROVIDERS[provider].key(settings as never)}, true, ${at}, ${at})
      on conflict (workspace_id, channel) do update set provider = excluded.provider, name = excluded.name,
        settings = excluded.settings, secrets = excluded.secrets, key = excluded.key, from_environment = true,
        updated_at = excluded.updated_at`
  }
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

/** A changed account is used after this long at the latest. */
const ASKED_EVERY_MS = 1_000
const MOST_REMEMBERED = 10_000

/** `version` tells whether the account is still the one that was opened. */
type Opened = { version: string; account: Promise<Account> }

/** `capture` is what channels without an account do. */
export function accountsIn(sql: Pool, surroundings: Surroundings, capture: Account): Accounts {
  const opened = new Map<string, Opened>()
  const recent = new LRUCache<string, Promise<Account>>({ max: MOST_REMEMBERED, ttl: ASKED_EVERY_MS })

  async function look(key: string, workspace_id: string, channel: ChannelName): Promise<Account> {
    const row = await findAccount(sql, workspace_id, channel)
    const known = opened.get(key)
    const version = row && `${row.id} ${row.updated_at.getTime()}`
    if (known && known.version === version) return known.account
    if (known) void known.account.then((account) => account.close())
    opened.delete(key)
    if (!row || !version) return capture
    const account = open(row, surroundings)
    opened.set(key, { version, account })
    return account
  }

  return {
    of(workspace_id, channel) {
      const key = `${workspace_id} ${channel}`
      const remembered = recent.get(key)
      if (remembered) return remembered
      const account = look(key, workspace_id, channel)
      recent.set(key, account)
      account.catch(() => recent.delete(key))
      return account
    },
    async close() {
      const all = await Promise.all([...opened.values()].map(({ account }) => account))
      await Promise.all([capture, ...all].map((account) => account.close()))
    },
  }
}

/** One that cannot be opened keeps its deliveries waiting, and says on each of them why. */
async function open(row: AccountRow, surroundings: Surroundings): Promise<Account> {
  try {
    const { workspace_id, id, settings } = row
    const secrets = unsealSecrets(surroundings.secret, row.secrets)
    return await PROVIDERS[row.provider].open({ workspace_id, id, settings, secrets } as never, surroundings)
  } catch (error) {
    const reason = `The channel account cannot be used. ${(error as Error).message}`
    return { send: async () => ({ outcome: 'retry', code: 'account', reason }), concurrency: 10, close: async () => {} }
  }
}
