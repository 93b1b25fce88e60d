// Callbacks of other parts that the queue of webhooks sends: each kind has one subscription of its own, which reads no events.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { SubscriptionRow } from './queries.ts'

export type Callback = {
  /** The name of the event. */
  topic: string
  /** Callbacks about one object are sent in order. */
  object_type: string
  object_id: string
  /** The body. */
  item: object
}

type Kind = Exclude<SubscriptionRow['kind'], 'webhook'>

/** Queues a callback in the current transaction, if the workspace has a subscription of the kind. */
export const queueCallback = ({ sql, id, now }: Workspace, kind: Kind, callback: Callback) => sql`
  insert into webhook_notifications (workspace_id, subscription_id, topic, object_type, object_id, item, created_at)
  select ${id}, subscriptions.id, ${callback.topic}, ${callback.object_type}, ${callback.object_id},
    ${JSON.stringify(callback.item)}::text::jsonb, ${now()}
  from webhook_subscriptions subscriptions where workspace_id = ${id} and kind = ${kind} and state <> 'disabled'`

/** Stores where callbacks of the kind are sent. The workspace must have none. */
export const saveCallback = (
  { sql, id, now }: Workspace,
  kind: Kind,
  { url, secret, version }: Pick<SubscriptionRow, 'url' | 'secret' | 'version'>,
) => sql`
    insert into webhook_subscriptions (workspace_id, kind, url, topics, version, secret, position, created_at, updated_at)
    values (${id}, ${kind}, ${url}, '{}', ${version}, ${secret}, '0.0', ${now()}, ${now()})`

/** Also removes callbacks that wait. */
export const removeCallback = ({ sql, id }: Pick<Workspace, 'sql' | 'id'>, kind: Kind) => sql`
  delete from webhook_subscriptions where workspace_id = ${id} and kind = ${kind}`

export const findCallbackUrl = async ({ sql, id }: Workspace, kind: Kind): Promise<string | null> =>
  (
    await one(sql<{ url: string }[]>`
      select url from webhook_subscriptions where workspace_id = ${id} and kind = ${kind}`)
  )?.url ?? null
