// Through what a delivery goes: the account that its workspace has for the channel, or the sandbox that captures it.
import type { Account, ChannelName } from './channel.ts'

/** The accounts of a running server. Those of the settings belong to the first workspace. */
export type Accounts = {
  of(workspace_id: string, channel: ChannelName): Account
  close(): Promise<void>
}

type Own = { workspace_id: string; channel: ChannelName; account: Account }

export function accountsOf(own: Own[], capture: Account): Accounts {
  const known = new Map(own.map(({ workspace_id, channel, account }) => [`${workspace_id} ${channel}`, account]))
  return {
    of: (workspace_id, channel) => known.get(`${workspace_id} ${channel}`) ?? capture,
    close: async () => {
      await Promise.all([capture, ...known.values()].map((account) => account.close()))
    },
  }
}
