// Creates, changes and deletes webhook subscriptions.

import { endOfEvents } from '#events/read.ts'
import { conflict, found, invalid } from '#http/errors.ts'
import { readVersion } from '#http/version.ts'
import { setListenedTopics } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  changeSubscription,
  deleteSubscription,
  findSubscription,
  insertSubscription,
  listSubscriptions,
  listWantedTopics,
  lockSubscriptions,
  type SubscriptionChanges,
  type SubscriptionRow,
} from './queries.ts'
import type { NewSubscriptionRequest, SubscriptionRequest } from './schema.ts'
import { newSecret, sealSecret } from './secret.ts'
import { topicOf } from './topic-names.ts'

const MAX_SUBSCRIPTIONS = 50
export const NO_SUBSCRIPTION = 'Webhook subscription not found'

type Means = {
  /** The key of the server, which encrypts secrets. */
  key: string
  /** All topics that can occur here. */
  topics: ReadonlySet<string>
}

/** The subscription gets the events from now on. Returns it with its secret. */
export async function createSubscription(
  workspace: Workspace,
  { key, topics }: Means,
  request: NewSubscriptionRequest,
): Promise<SubscriptionRow & { text: string }> {
  await lockSubscriptions(workspace)
  if ((await listSubscriptions(workspace)).length >= MAX_SUBSCRIPTIONS)
    throw conflict(`There are ${MAX_SUBSCRIPTIONS} webhook subscriptions already: delete one first`)
  const { url, version, secret: text = newSecret(), gives_up_after_hours = 24 } = request
  const row = await insertSubscription(workspace, {
    url: readUrl(url),
    topics: readTopics(request.topics, topics),
    version: version === undefined ? workspace.version : readVersion(version, 'version'),
    secret: sealSecret(key, text),
    gives_up_after_hours,
    position: await endOfEvents(workspace.sql),
  })
  await listen(workspace)
  return { ...row, text }
}

/** Switching it on again resumes at once, with all that waited. */
export async function updateSubscription(
  workspace: Workspace,
  { key, topics }: Means,
  id: string,
  request: SubscriptionRequest,
): Promise<SubscriptionRow> {
  await lockSubscriptions(workspace)
  const subscription = found(await findSubscription(workspace, id), NO_SUBSCRIPTION)
  const { url, version, secret, gives_up_after_hours, enabled } = request
  const changes: SubscriptionChanges = {
    ...(url !== undefined && { url: readUrl(url) }),
    ...(request.topics !== undefined && { topics: readTopics(request.topics, topics) }),
    ...(version !== undefined && { version: readVersion(version, 'version') }),
    ...(secret !== undefined && { secret: sealSecret(key, secret) }),
    ...(gives_up_after_hours !== undefined && { gives_up_after_hours }),
    ...(enabled === true && {
      state: 'active',
      state_reason: null,
      resume_at: null,
      failing_since: null,
      slow_seconds: 0,
    }),
    ...(enabled === false && { state: 'disabled', state_reason: 'It was switched off', resume_at: null }),
  }
  if (!Object.keys(changes).length) return subscription
  const changed = await changeSubscription(workspace, subscription.id, changes)
  await listen(workspace)
  return changed
}

export async function removeSubscription(workspace: Workspace, id: string): Promise<void> {
  await lockSubscriptions(workspace)
  found(await deleteSubscription(workspace, id), NO_SUBSCRIPTION)
  await listen(workspace)
}

/** `field` names it in errors. */
export function readUrl(url: string | null, field = 'url'): string | null {
  if (url === null) return null
  const parsed = URL.parse(url)
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) throw invalid(`${field} must be an http or https URL`)
  if (parsed.username || parsed.password) throw invalid(`${field} must not contain credentials`)
  return parsed.href
}

function readTopics(given: readonly string[], known: ReadonlySet<string>): string[] {
  const unknown = given.find((name) => !known.has(topicOf(name)))
  if (unknown !== undefined) throw invalid(`topics names ${unknown}, which is not a topic of this server`)
  return [...new Set(given)]
}

/** Events store a snapshot of their object only for topics that somebody wants. */
const listen = async (workspace: Workspace) =>
  setListenedTopics(workspace.sql, workspace.id, [...new Set((await listWantedTopics(workspace)).map(topicOf))])
