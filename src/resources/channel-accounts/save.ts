// Creates and changes channel accounts: checks that they fit the provider and can be used, and encrypts their secrets.

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
  options: AccountOptions,
  request: NewChannel,
): Promise<AccountRow> {
  const { provider } = request
  const { channel } = PROVIDERS[provider]
  const [settings, secrets] = [merged({}, request.settings), merged({}, request.secrets)]
  const values = await checkedValues(workspace, options, provider, { settings, secrets })
  const created = await insertChannel(workspace, { ...values, channel, provider, name: request.name ?? provider })
  if (!created) throw conflict(`The workspace has an account for ${channel} already: change or remove that one`)
  await retryWaiting(workspace.sql, workspace.id, channel)
  return created
}

/**
 * Values that the request does not have stay; null removes one. Waiting deliveries of the account are retried at once.
 */
export async function changeChannel(
  workspace: Workspace,
  options: AccountOptions,
  id: string,
  request: Partial<Configuration> & { name?: string },
): Promise<AccountRow> {
  const known = assertNotFromEnvironment(found(await lockChannel(workspace, id), 'Channel not found'))
  const values = await checkedValues(workspace, options, known.provider, {
    settings: merged(known.settings, request.settings),
    secrets: request.secrets
      ? merged(secretsOf(options.secret, known), request.secrets)
      : secretsOf(options.secret, known),
  })
  const secrets = request.secrets ? values.secrets : known.secrets
  if (request.settings || request.secrets) await retryWaiting(workspace.sql, workspace.id, known.channel)
  return updateChannel(workspace, known.id, { ...values, secrets, name: request.name ?? known.name })
}

export function assertNotFromEnvironment(account: AccountRow): AccountRow {
  if (account.from_environment) throw conflict("This account is set by the server's environment: change it there")
  return account
}

async function checkedValues(
  { id: workspace_id }: Workspace,
  options: AccountOptions,
  provider: ProviderName,
  { settings, secrets }: Configuration,
) {
  assertFits(provider, { settings, secrets })
  const account = { workspace_id, id: '0', settings, secrets } as never
  const usable = PROVIDERS[provider].open(account, options)
  await usable.then(
    (opened) => opened.close(),
    (error: Error) => {
      throw invalid(error.message)
    },
  )
  const key = PROVIDERS[provider].key(settings as never)
  return { settings, secrets: sealSecrets(options.secret, secrets), key }
}

const merged = (old: Record<string, unknown>, changes: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([, value]) => value !== null))
