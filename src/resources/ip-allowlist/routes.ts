// The IP allowlist: the addresses from which a workspace accepts calls of the API.
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { findAllowlist } from './queries.ts'
import { saveAllowlist } from './save.ts'
import { IpAllowlist, IpAllowlistRequest, presentAllowlist } from './schema.ts'

const OPTIONS = { since: '2.14', scope: 'manage_ip_allowlist', response: IpAllowlist } as const

const OFF = { enabled: false, ranges: [] }

function ipAllowlist(app: App, { forgetTokens }: Pick<Server, 'forgetTokens'>) {
  app.get(
    '/ip_allowlist',
    op('getIpAllowlist', {
      summary: 'Show the addresses that calls may come from',
      sdk: (client) => client.ipAllowlist.getIpAllowlist(),
      ...OPTIONS,
    }),
    async ({ workspace }) => presentAllowlist((await findAllowlist(workspace)) ?? OFF),
  )

  app.put(
    '/ip_allowlist',
    op('updateIpAllowlist', {
      summary: 'Set the addresses that calls may come from',
      sdk: (client) =>
        client.ipAllowlist.updateIpAllowlist({ enabled: true, ip_allowlist: ['192.0.2.0/24', '127.0.0.1'] }),
      refuses: [422],
      ...OPTIONS,
      body: IpAllowlistRequest,
    }),
    async ({ workspace, body }) => {
      const saved = await saveAllowlist(workspace, body)
      workspace.afterCommit(forgetTokens)
      return presentAllowlist(saved)
    },
  )
}

export default { group: 'IP Allowlist', routes: ipAllowlist } satisfies Resource
