// The SQL of webhook subscriptions.
import { one, rowId } from '#db/sql.ts'
import type { Version } from '#versions/versions.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type SubscriptionRow = {
  workspace_id: string
  id: string
  /** Null: the sandbox captures its notifications. */
  url: string | null
  topics: string[]
  version: Version
  /** Sealed: see `secret.ts`. */
  secret: Uint8Array
  state: 'active' | 'suspended' | 'disabled'
  state_reason: string | null
  gives_up_after_hours: number
  position: string
  /** `custom_channel`, `fin`: sends callbacks of a custom channel, or events of Fin's sessions, which queue them. */
  kind: 'webhook' | 'custom_channel' | 'fin'
  /** Sent as `Authorization: Bearer`. Sealed. */
  bearer_token: Uint8Array | null
  failing_since: Date | null
  resume_at: Date | null
  slow_seconds: number
  created_at: Date
  updated_at: Date
}

export type NewSubscription = Pick<
  SubscriptionRow,
  'url' | 'topics' | 'version' | 'secret' | 'gives_up_after_hours' | 'position'
> &
  Partial<Pick<SubscriptionRow, 'kind' | 'bearer_token'>>

export const listSubscriptions = ({ sql, id }: Workspace) => sql<SubscriptionRow[]>`
  select * from webhook_subscriptions where workspace_id = ${id} and kind = 'webhook' order by id`

export const findSubscription = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<SubscriptionRow[]>`
    select * from webhook_subscriptions
    where workspace_id = ${workspace_id} and id = ${rowId(id)} and kind = 'webhook'`)

/** Locks the subscriptions of the workspace until the transaction ends: the listened topics depend on all of them. */
export const lockSubscriptions = ({ sql, id }: Workspace) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`webhook subscriptions ${id}`}, 0))`

export const insertSubscription = ({ sql, id, now }: Workspace, subscription: NewSubscription) =>
  one(sql<SubscriptionRow[]>`
    insert into webhook_subscriptions
      ${sql({ workspace_id: id, ...subscription, created_at: now(), updated_at: now() } as never)} returning *`) as Promise<SubscriptionRow>

export type SubscriptionChanges = Partial<
  Omit<SubscriptionRow, 'workspace_id' | 'id' | 'kind' | 'position' | 'created_at' | 'updated_at'>
>

export const changeSubscription = (
  { sql, id: workspace_id, now }: Workspace,
  id: string,
  changes: SubscriptionChanges,
) =>
  one(sql<SubscriptionRow[]>`
    update webhook_subscriptions set ${sql({ ...changes, updated_at: now() } as never)}
    where workspace_id = ${workspace_id} and id = ${id} returning *`) as Promise<SubscriptionRow>

export const deleteSubscription = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<{ id: string }[]>`
    delete from webhook_subscriptions where workspace_id = ${workspace_id} and id = ${rowId(id)} returning id`)

/** Returns the topics of all subscriptions that are not switched off. */
export const listWantedTopics = async ({ sql, id }: Workspace): Promise<string[]> => {
  const rows = await sql<{ topic: string }[]>`
    select distinct unnest(topics) as topic from webhook_subscriptions
    where workspace_id = ${id} and state <> 'disabled' order by topic`
  return rows.map(({ topic }) => topic)
}
