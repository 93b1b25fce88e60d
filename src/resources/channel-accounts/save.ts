// Creates and changes channel accounts: checks that they fit the provider and can be used, and encrypts their secrets.

import type { AccountRow } from '#channel-accounts/rows.ts'
import { sealSecrets, secretsOf } from '#channel-accounts/secrets.ts'
import type { AccountOptions } from '#channels/provider.ts'
import { PROVIDERS, type ProviderName } from '#channels/providers.ts'
import { conflict, found, invalid } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ChannelRow, deleteChannel, findChannel, insertChannel, lockChannel, updateChannel } from './queries.ts'
import { lockReplyDomains, markUnused } from './reply-domain-queries.ts'
import { claimReplyDomain } from './reply-domains.ts'
import { assertFits, type Configuration } from './schema.ts'
import { endWaiting, retryWaiting } from './waiting.ts'

export type NewChannel = Partial<Configuration> & { provider: ProviderName; name?: string }

/** A workspace has one account on a channel; a second one is a 409, and so is another workspace's reply domain. */
export async function createChannel(
  workspace: Workspace,
  options: AccountOptions,
  request: NewChannel,
): Promise<ChannelRow> {
  const { provider } = request
  const { channel } = PROVIDERS[provider]
  const [settings, secrets] = [merged({}, request.settings), merged({}, request.secrets)]
  const values = await checkedValues(workspace, options, provider, { settings, secrets })
  if (channel === 'email') await claim(workspace, values.key)
  const created = await insertChannel(workspace, { ...values, channel, provider, name: request.name ?? provider })
  if (!created) throw conflict(`The workspace has an account for ${channel} already: change or remove that one`)
  if (channel === 'email') await markUnused(workspace.sql, workspace.id)
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
): Promise<ChannelRow> {
  const known = assertNotFromEnvironment(await lockForChange(workspace, id))
  const values = await checkedValues(workspace, options, known.provider, {
    settings: merged(known.settings, request.settings),
    secrets: request.secrets
      ? merged(secretsOf(options.secret, known), request.secrets)
      : secretsOf(options.secret, known),
  })
  const secrets = request.secrets ? values.secrets : known.secrets
  if (request.settings || request.secrets) await retryWaiting(workspace.sql, workspace.id, known.channel)
  if (known.channel === 'email') await claim(workspace, values.key)
  const changed = await updateChannel(workspace, known.id, { ...values, secrets, name: request.name ?? known.name })
  if (known.channel === 'email') await markUnused(workspace.sql, workspace.id)
  return changed
}

/** Its queued deliveries fail, and its reply domain stays reserved. */
export async function removeChannel(workspace: Workspace, id: string): Promise<ChannelRow> {
  const known = assertNotFromEnvironment(await lockForChange(workspace, id))
  await deleteChannel(workspace, known.id)
  if (known.channel === 'email') await markUnused(workspace.sql, workspace.id)
  await endWaiting(workspace.sql, workspace.id, known.channel, workspace.now())
  return known
}

/** Locks the account, and before it the reply domains if it is for email. @throws a 404 */
export async function lockForChange(workspace: Workspace, id: string): Promise<ChannelRow> {
  const known = await findChannel(workspace, id)
  if (known?.channel === 'email') await lockReplyDomains(workspace.sql)
  return found(await lockChannel(workspace, id), 'Channel not found')
}

async function claim({ sql, id }: Workspace, domain: string | null) {
  await lockReplyDomains(sql)
  if (domain) await claimReplyDomain(sql, id, domain)
}

export function assertNotFromEnvironment<Row extends AccountRow>(account: Row): Row {
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
