// Creates, changes and deletes custom channels: each has a key, and a subscription of its own that sends its callbacks.
import { endOfEvents } from '#events/read.ts'
import { startReading } from '#events/reader.ts'
import { invalid } from '#http/errors.ts'
import { changeSubscription, deleteSubscription, insertSubscription } from '#resources/webhooks/queries.ts'
import { readUrl } from '#resources/webhooks/save.ts'
import { newSecret, sealBearerToken, sealSecret } from '#resources/webhooks/secret.ts'
import { theWorkflow } from '#resources/workflows/queries.ts'
import { insertToken, newTokenText, revokeKeysOf } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { READER } from './callbacks/reader-name.ts'
import { type ChannelRow, insertChannel, lockAndCount, theChannel, updateChannel } from './queries.ts'
import type { ChannelRequest, NewChannelRequest } from './schema.ts'

const MAX_CHANNELS = 50
/** Callbacks that were not received for so long have failed. */
const GIVES_UP_AFTER_HOURS = 24

type Created = { channel: ChannelRow; api_key: string; signing_secret: string }

/** `key`: that of the server, which encrypts secrets. */
export async function createChannel(workspace: Workspace, key: string, request: NewChannelRequest): Promise<Created> {
  const { name, callback_url, callback_token, workflow_id } = request
  if ((await lockAndCount(workspace)) >= MAX_CHANNELS)
    throw invalid(`There are ${MAX_CHANNELS} custom channels, which is the limit`)
  const signing_secret = newSecret()
  const subscription = await insertSubscription(workspace, {
    ...{ kind: 'custom_channel' as const, topics: [], version: workspace.version },
    url: readUrl(callback_url, 'callback_url'),
    secret: sealSecret(key, signing_secret),
    ...(callback_token && { bearer_token: sealBearerToken(key, callback_token) }),
    gives_up_after_hours: GIVES_UP_AFTER_HOURS,
    position: await endOfEvents(workspace.sql),
  })
  const id = await insertChannel(workspace, {
    name,
    subscription_id: subscription.id,
    workflow_id: workflow_id ? (await theWorkflow(workspace, workflow_id)).id : null,
  })
  await startReading(workspace, READER)
  return { channel: await theChannel(workspace, id), api_key: await newKey(workspace, id, name), signing_secret }
}

async function newKey({ sql, id, admin_id }: Workspace, channel_id: string, name: string): Promise<string> {
  const text = newTokenText()
  const token = { name: `Custom channel ${name}`, admin_id, custom_channel_id: channel_id }
  await insertToken(sql, id, text, token, new Date())
  return text
}

/** The keys before are revoked. */
export async function replaceKey(workspace: Workspace, id: string): Promise<{ channel: ChannelRow; api_key: string }> {
  const channel = await theChannel(workspace, id)
  await revokeKeysOf(workspace.sql, workspace.id, channel.id, new Date())
  await updateChannel(workspace, channel.id, { demo_key: null })
  return { channel, api_key: await newKey(workspace, channel.id, channel.name) }
}

export async function changeChannel(
  workspace: Workspace,
  key: string,
  id: string,
  request: ChannelRequest,
): Promise<ChannelRow> {
  await lockAndCount(workspace)
  const channel = await theChannel(workspace, id)
  const { name, callback_url, callback_token, signing_secret, workflow_id, enabled } = request
  await updateChannel(workspace, channel.id, {
    ...(name !== undefined && { name }),
    ...(workflow_id !== undefined && {
      workflow_id: workflow_id === null ? null : (await theWorkflow(workspace, workflow_id)).id,
    }),
  })
  await changeSubscription(workspace, channel.subscription_id, {
    ...(callback_url !== undefined && { url: readUrl(callback_url, 'callback_url') }),
    ...(callback_token !== undefined && {
      bearer_token: callback_token === null ? null : sealBearerToken(key, callback_token),
    }),
    ...(signing_secret !== undefined && { secret: sealSecret(key, signing_secret) }),
    ...(enabled === true && { state: 'active', state_reason: null, resume_at: null, failing_since: null }),
    ...(enabled === false && { state: 'disabled', state_reason: 'It was switched off', resume_at: null }),
  })
  return theChannel(workspace, channel.id)
}

/** Its conversations stay, and get no more callbacks. */
export async function removeChannel(workspace: Workspace, id: string): Promise<string> {
  const channel = await theChannel(workspace, id)
  await revokeKeysOf(workspace.sql, workspace.id, channel.id, new Date())
  await deleteSubscription(workspace, channel.subscription_id)
  return channel.id
}
