// Makes and changes channel accounts: what is kept fits its provider, can be used, and its secrets are encrypted.

import type { AccountRow } from '#channel-accounts/rows.ts'
import { sealSecrets, secretsOf } from '#channel-accounts/secrets.ts'
import type { AccountOptions } from '#channels/provider.ts'
import { PROVIDERS, type ProviderName } from '#channels/providers.ts'
import { conflict, found, invalid } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertChannel, lockChannel, updateChannel } from './queries.ts'
import { assertFits, type Configuration } from './schema.ts'
import { retryWaiting } from './waiting.ts'

export type NewChannel = Partial<Configuration> & { provider: ProviderName; name?: string }

/** A workspace has one account on a channel; a second one is a 409. */
export async function createChannel(
  workspace: Workspace,
  around: AccountOptions,
  request: NewChannel,
): Promise<AccountRow> {
  const { provider } = request
  const { channel } = PROVIDERS[provider]
  const [settings, secrets] = [merged({}, request.settings), merged({}, request.secrets)]
  const kept = await configured(workspace, around, provider, { settings, secrets })
  const created = await insertChannel(workspace, { ...kept, channel, provider, name: request.name ?? provider })
  if (!created) throw conflict(`The workspace has an account for ${channel} already: change or remove that one`)
  await retryWaiting(workspace.sql, workspace.id, channel)
  return created
}

/** What the request does not name stays as it is; null takes it away. What waits on the account is tried at once. */
export async function changeChannel(
  workspace: Workspace,
  around: AccountOptions,
  id: string,
  request: Partial<Configuration> & { name?: string },
): Promise<AccountRow> {
  const known = assertOurs(found(await lockChannel(workspace, id), 'Channel not found'))
  const kept = await configured(workspace, around, known.provider, {
    settings: merged(known.settings, request.settings),
    secrets: request.secrets
      ? merged(secretsOf(around.secret, known), request.secrets)
      : secretsOf(around.secret, known),
  })
  const secrets = request.secrets ? kept.secrets : known.secrets
  if (request.settings || request.secrets) await retryWaiting(workspace.sql, workspace.id, known.channel)
  return updateChannel(workspace, known.id, { ...kept, secrets, name: request.name ?? known.name })
}

export function assertOurs(account: AccountRow): AccountRow {
  if (account.from_environment) throw conflict("This account is set by the server's environment: change it there")
  return account
}

async function configured(
  { id: workspace_id }: Workspace,
  around: AccountOptions,
  provider: ProviderName,
  { settings, secrets }: Configuration,
) {
  assertFits(provider, { settings, secrets })
  const account = { workspace_id, id: '0', settings, secrets } as never
  const usable = PROVIDERS[provider].open(account, around)
  await usable.then(
    (opened) => opened.close(),
    (error: Error) => {
      throw invalid(error.message)
    },
  )
  const key = PROVIDERS[provider].key(settings as never)
  return { settings, secrets: sealSecrets(around.secret, secrets), key }
}

const merged = (old: Record<string, unknown>, changes: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([, value]) => value !== null))
