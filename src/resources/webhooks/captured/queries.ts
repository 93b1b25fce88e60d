// The SQL of captured webhooks.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NotificationRow } from '../notification-queries.ts'
import type { SubscriptionRow } from '../queries.ts'

export type CapturedRow = Pick<
  NotificationRow,
  | 'workspace_id'
  | 'subscription_id'
  | 'notification_id'
  | 'topic'
  | 'object_type'
  | 'object_id'
  | 'item'
  | 'first_sent_at'
  | 'created_at'
> &
  Pick<SubscriptionRow, 'secret' | 'kind' | 'bearer_token'> & {
    id: string
    attempt: number
    response_status: number | null
    captured_at: Date
    cursor_value: string
  }

export type CapturedFilter = {
  topic?: string | undefined
  object_id?: string | undefined
  subscription_id?: string | undefined
  notification_id?: string | undefined
  /** Only those that were captured after this one. */
  newer_than?: string | undefined
}

const UUID = /^(?:notif_)?([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/

/** Returns the UUID of a notification's id on the wire, or null, which equals none. */
const uuidOf = (notification_id: string): string | null => UUID.exec(notification_id)?.[1] ?? null

const matching = ({ sql, id }: Workspace, filter: CapturedFilter) => {
  const { topic, object_id, subscription_id, notification_id, newer_than } = filter
  return sql`
    captured.workspace_id = ${id}
    and ${topic === undefined ? sql`true` : sql`topic = ${topic}`}
    and ${object_id === undefined ? sql`true` : sql`object_id = ${object_id}`}
    and ${subscription_id === undefined ? sql`true` : sql`subscription_id = ${rowId(subscription_id)}`}
    and ${notification_id === undefined ? sql`true` : sql`notifications.notification_id = ${uuidOf(notification_id)}`}
    and ${newer_than === undefined ? sql`true` : sql`captured.id > ${rowId(newer_than)}`}`
}

const source = ({ sql }: Workspace) => sql`
  captured_webhooks captured join webhook_notifications notifications
    on notifications.workspace_id = captured.workspace_id and notifications.id = captured.notification_id`

export const newestCaptured = ({ sql }: Workspace): Order => ({ by: sql`id`, type: 'bigint', direction: 'desc' })

export const listCaptured = (workspace: Workspace, filter: CapturedFilter, page: Page) => {
  const { sql } = workspace
  const order = newestCaptured(workspace)
  return sql<CapturedRow[]>`
    select matches.*, secret, kind, bearer_token, ${cursorValue(workspace, order)}
    from (
      select captured.workspace_id, captured.id, subscription_id, notifications.notification_id, topic, object_type,
        object_id, item, first_sent_at, created_at, attempt, response_status, captured_at
      from ${source(workspace)} where ${matching(workspace, filter)}
    ) matches
    join lateral (
      select secret, kind, bearer_token from webhook_subscriptions subscriptions
      where subscriptions.workspace_id = matches.workspace_id and subscriptions.id = subscription_id
    ) its on true
    where ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
}

/** Counts up to `limit`; by default all. */
export const countCaptured = async (
  workspace: Workspace,
  filter: CapturedFilter,
  limit: number | null = null,
): Promise<number> => {
  const [row] = await workspace.sql<[{ count: number }]>`
    select count(*)::integer as count
    from (select from ${source(workspace)} where ${matching(workspace, filter)} limit ${limit}) matches`
  return row.count
}
