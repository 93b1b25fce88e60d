// The accounts of a running server: read from the database when there is something to send, opened once, and opened anew
// when somebody has changed them, here or in another process.
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { Accounts } from '#channels/accounts.ts'
import { accountAtFault } from '#channels/at-fault.ts'
import type { Account, ChannelName } from '#channels/channel.ts'
import { inAppAccount } from '#channels/in-app/account.ts'
import type { SendingChannel, Surroundings } from '#channels/provider.ts'
import { PROVIDERS, type ProviderName } from '#channels/providers.ts'
import { one, type Pool, type Sql } from '#db/sql.ts'
import { seal, unseal } from '#lib/seal.ts'
import { type Reach, reachOf } from '#net/reach.ts'
import { endQueued } from './end.ts'
import { accountChanged } from './hasten.ts'

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

/** The account that a workspace has on a channel. */
export const findAccount = (sql: Sql, workspace_id: string, channel: ChannelName) =>
  one(sql<AccountRow[]>`
    select * from channel_accounts where workspace_id = ${workspace_id} and channel = ${channel}`)

/** The accounts that a provider's callback may mean; whose signature fits tells which. In every workspace. */
export const findAccountsByKey = (sql: Sql, channel: SendingChannel, key: string) => sql<AccountRow[]>`
  select * from channel_accounts where channel = ${channel} and key = ${key} order by workspace_id, id`

export type EnvironmentAccount = Pick<AccountRow, 'channel' | 'provider' | 'settings'> & {
  secrets: Record<string, unknown>
}

export type Environment = {
  accounts: EnvironmentAccount[]
  secret: string
  /** Whether the secret was set rather than made up by this machine. */
  is_secret_set: boolean
}

/**
 * Makes the workspace's accounts from the environment those that are given, and no others. What still waits for one that
 * is not given any more fails: see `endWaiting`.
 *
 * @throws Error with one sentence where the channel has an account that was made through the API, or where another
 * machine keeps these accounts under a secret key of its own.
 */
export const keepEnvironmentAccounts = (pool: Pool, workspace_id: string, environment: Environment): Promise<unknown> =>
  pool.begin((sql) => keep(sql, workspace_id, environment, new Date()))

async function keep(sql: Sql, workspace_id: string, { accounts, secret, is_secret_set }: Environment, at: Date) {
  const given = accounts.map(({ channel }) => channel)
  const gone = await sql<{ channel: SendingChannel }[]>`
    delete from channel_accounts
    where workspace_id = ${workspace_id} and from_environment and not channel = any(${given}) returning channel`
  for (const { channel } of gone) await endWaiting(sql, workspace_id, channel, at)
  for (const account of accounts) {
    const known = await findAccount(sql, workspace_id, account.channel)
    if (known) assertReplaceable(known, secret, is_secret_set)
    if (known && isSame(secret, known, account)) continue
    await keepOne(sql, workspace_id, account, secret, at)
    await accountChanged(sql, workspace_id, account.channel)
  }
}

function assertReplaceable({ channel, from_environment, secrets }: AccountRow, secret: string, is_secret_set: boolean) {
  if (!from_environment)
    throw new Error(
      `The first workspace has an account for ${channel} that was made through the API: remove it there, or unset what the environment says of ${channel}.`,
    )
  if (!is_secret_set && unseal(secret, SECRETS, secrets) === undefined)
    throw new Error(
      'The channel accounts in this database were kept with another secret key: set INTERPHONE_SECRET_KEY, to the same text on every machine.',
    )
}

const keepOne = (sql: Sql, workspace_id: string, account: EnvironmentAccount, secret: string, at: Date) => {
  const { channel, provider, settings, secrets } = account
  return sql`
    insert into channel_accounts (workspace_id, channel, provider, name, settings, secrets, key, from_environment,
      created_at, updated_at)
    values (${workspace_id}, ${channel}, ${provider}, 'From the environment', ${JSON.stringify(settings)}::text::jsonb,
      ${sealSecrets(secret, secrets)}, ${PROVIDERS[provider].key(settings as never)}, true, ${at}, ${at})
    on conflict (workspace_id, channel) do update set provider = excluded.provider, settings = excluded.settings,
      secrets = excluded.secrets, key = excluded.key, updated_at = excluded.updated_at`
}

/**
 * Ends what waits on a channel whose account is removed: the sandbox would else take it, and call it delivered. It can be
 * retried by hand, through whatever the channel has then. What is just being sent still counts if it succeeds.
 */
export async function endWaiting(sql: Sql, workspace_id: string, channel: SendingChannel, at: Date): Promise<void> {
  await endBroadcasts(sql, workspace_id, channel, at)
  await endQueued(sql, workspace_id, sql`channel = ${channel} and broadcast_id = 0`, 'account_removed', at)
}

/** Nothing more of them is sent from here on; what they have queued ends in the background, however much it is. */
const endBroadcasts = (sql: Sql, workspace_id: string, channel: SendingChannel, at: Date) => sql`
  update broadcasts set state = 'canceled', ends_as = 'account_removed', due_at = now(), updated_at = ${at}
  where workspace_id = ${workspace_id} and channel = ${channel} and (state <> 'canceled' or due_at is null)
    and (due_at is not null or exists (
      select from deliveries
      where workspace_id = ${workspace_id} and channel = ${channel} and broadcast_id = broadcasts.id
        and status = 'queued'))`

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
/** One that has nothing to send is closed after this long. */
const IDLE_FOR_MS = 10 * 60_000
const MOST_OPEN = 10_000
/** How long one that is replaced may go on with what it is sending: longer than any attempt takes. */
const RETIRED_WITHIN_MS = 150_000

/** `version` tells whether the account is still the one that was opened. */
type Opened = { version: string; account: Promise<Account>; asked_at: number }

const versionOf = ({ id, provider, settings, secrets }: AccountRow): string =>
  createHash('sha256')
    .update(JSON.stringify([id, provider, settings]))
    .update(secrets)
    .digest('base64')

const PUBLIC = reachOf()

/**
 * How far the account's connections go: what the operator has named may be anywhere, what a workspace has named no
 * farther than `reach`, which is what is public where absent.
 */
export const reachOfAccount = ({ from_environment }: AccountRow, reach: Reach = PUBLIC): Reach | undefined =>
  from_environment ? undefined : reach

/**
 * `capture` is what channels without an account do, but in-app, which needs none; `reach` is of accounts that workspaces
 * have made.
 */
export function accountsIn(sql: Pool, surroundings: Surroundings, capture: Account): Accounts {
  const retiring = new Set<Account>()
  const opened = new LRUCache<string, Opened>({
    max: MOST_OPEN,
    ttl: IDLE_FOR_MS,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    dispose: ({ account }) => void account.then(retire),
  })

  async function retire(account: Account) {
    retiring.add(account)
    await account.close(RETIRED_WITHIN_MS)
    retiring.delete(account)
  }

  return {
    async of(workspace_id, channel) {
      if (channel === 'inapp') return inAppAccount
      const key = `${workspace_id} ${channel}`
      const known = opened.get(key)
      if (known && Date.now() - known.asked_at < ASKED_EVERY_MS) return known.account
      const row = await findAccount(sql, workspace_id, channel)
      if (!row) {
        opened.delete(key)
        return capture
      }
      const current = opened.get(key) // Perhaps opened by somebody else meanwhile.
      const version = versionOf(row)
      if (current?.version === version) {
        current.asked_at = Date.now()
        return current.account
      }
      const account = open(row, surroundings)
      opened.set(key, { version, account, asked_at: Date.now() })
      return account
    },
    async close() {
      const current = await Promise.all([...opened.values()].map(({ account }) => account))
      await Promise.all([capture, ...current, ...retiring].map((account) => account.close()))
    },
  }
}

/** One that cannot be opened keeps its deliveries waiting, and says on each of them why. */
async function open(row: AccountRow, around: Surroundings): Promise<Account> {
  try {
    const { workspace_id, id, settings } = row
    const secrets = unsealSecrets(around.secret, row.secrets)
    const surroundings = { ...around, reach: reachOfAccount(row, around.reach) }
    return await PROVIDERS[row.provider].open({ workspace_id, id, settings, secrets } as never, surroundings)
  } catch (error) {
    const reason = accountAtFault((error as Error).message)
    return { send: async () => ({ outcome: 'retry', code: 'account', reason }), concurrency: 10, close: async () => {} }
  }
}
