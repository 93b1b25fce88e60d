// Finds the account that sends a delivery: the workspace's account for the channel, or the sandbox, which captures it.
// In-app needs no account and is not captured.
import type { Account, ChannelName } from './channel.ts'
import { inAppAccount } from './in-app/account.ts'

export type Accounts = {
  /** The account can change while the server runs: call this for each delivery. */
  of(workspace_id: string, channel: ChannelName): Promise<Account>
  close(): Promise<void>
}

type Own = { workspace_id: string; channel: ChannelName; account: Account }

/** Returns accounts that never change, for tests. */
export function accountsOf(own: Own[], capture: Account): Accounts {
  const known = new Map(own.map(({ workspace_id, channel, account }) => [`${workspace_id} ${channel}`, account]))
  return {
    of: async (workspace_id, channel) =>
      known.get(`${workspace_id} ${channel}`) ?? (channel === 'inapp' ? inAppAccount : capture),
    close: async () => {
      await Promise.all([capture, ...known.values()].map((account) => account.close()))
    },
  }
}
