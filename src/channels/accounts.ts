// Through what a delivery goes: the account that its workspace has for the channel, or the sandbox that captures it.
// In-app, which leaves by nobody, needs no account and is not captured.
import type { Account, ChannelName } from './channel.ts'
import { inAppAccount } from './in-app/account.ts'

export type Accounts = {
  /** May change while the server runs: ask again rather than keep it. */
  of(workspace_id: string, channel: ChannelName): Promise<Account>
  close(): Promise<void>
}

type Own = { workspace_id: string; channel: ChannelName; account: Account }

/** Accounts that are given once and for all. */
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
