// The open channel accounts of a running server. An account is read from the database when there is something to send,
// opened once, and opened again after a change, here or in another process.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { accountError } from '#channels/account-errors.ts'
import type { Accounts } from '#channels/accounts.ts'
import type { Account } from '#channels/channel.ts'
import { inAppAccount } from '#channels/in-app/account.ts'
import type { AccountOptions } from '#channels/provider.ts'
import { PROVIDERS } from '#channels/providers.ts'
import type { Pool } from '#db/sql.ts'
import { type AccountRow, egressOfAccount, findAccount } from './rows.ts'
import { unsealSecrets } from './secrets.ts'

/** A changed account is used after this long at the latest. */
const CHECKED_EVERY_MS = 1_000
/** An account that has nothing to send is closed after this long. */
const IDLE_TIMEOUT_MS = 10 * 60_000
const MAX_OPEN = 10_000
/** How long a replaced account may finish what it is sending: longer than any attempt takes. */
const CLOSE_WITHIN_MS = 150_000

/** `version` shows whether the stored account is still the one that was opened. */
type Opened = { version: string; account: Promise<Account>; checked_at: number }

const versionOf = ({ id, provider, settings, secrets }: AccountRow): string =>
  createHash('sha256')
    .update(JSON.stringify([id, provider, settings]))
    .update(secrets)
    .digest('base64')

/**
 * `capture` is used for channels without an account, except in-app, which needs none. `options.egress` limits the
 * connections of accounts that workspaces have created.
 */
export function accountPool(sql: Pool, options: AccountOptions, capture: Account): Accounts {
  const closing = new Set<Account>()
  const opened = new LRUCache<string, Opened>({
    max: MAX_OPEN,
    ttl: IDLE_TIMEOUT_MS,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    dispose: ({ account }) => void account.then(close),
  })

  async function close(account: Account) {
    closing.add(account)
    await account.close(CLOSE_WITHIN_MS)
    closing.delete(account)
  }

  return {
    async of(workspace_id, channel) {
      if (channel === 'inapp') return inAppAccount
      const key = `${workspace_id} ${channel}`
      const known = opened.get(key)
      if (known && Date.now() - known.checked_at < CHECKED_EVERY_MS) return known.account
      const row = await findAccount(sql, workspace_id, channel)
      if (!row) {
        opened.delete(key)
        return capture
      }
      const current = opened.get(key) // Another call may have opened it meanwhile.
      const version = versionOf(row)
      if (current?.version === version) {
        current.checked_at = Date.now()
        return current.account
      }
      const account = open(row, options)
      opened.set(key, { version, account, checked_at: Date.now() })
      return account
    },
    async close() {
      const current = await Promise.all([...opened.values()].map(({ account }) => account))
      await Promise.all([capture, ...current, ...closing].map((account) => account.close()))
    },
  }
}

/** If an account cannot be opened, its deliveries are retried, and each of them records the reason. */
async function open(row: AccountRow, options: AccountOptions): Promise<Account> {
  try {
    const { workspace_id, id, settings } = row
    const secrets = unsealSecrets(options.secret, row.secrets)
    const egress = egressOfAccount(row, options.egress)
    return await PROVIDERS[row.provider].open({ workspace_id, id, settings, secrets } as never, { ...options, egress })
  } catch (error) {
    const reason = accountError((error as Error).message)
    return { send: async () => ({ outcome: 'retry', code: 'account', reason }), concurrency: 10, close: async () => {} }
  }
}
