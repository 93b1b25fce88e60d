// The SQL of notifications and their attempts, for those who look at them.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Change, StoredObject } from '#events/snapshots.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type NotificationRow = {
  workspace_id: string
  id: string
  subscription_id: string
  notification_id: string
  topic: string
  object_type: string
  object_id: string
  item: Record<string, unknown>
  status: 'pending' | 'delivered' | 'failed'
  attempts: number
  due_at: Date
  first_sent_at: Date | null
  delivered_at: Date | null
  error: string | null
  created_at: Date
  queued_at: Date
}

export type AttemptRow = {
  attempt: number
  started_at: Date
  took_ms: number
  response_status: number | null
  response_headers: Record<string, string> | null
  response_body: string | null
  error: string | null
}

export type NotificationFilter = { status?: NotificationRow['status'] | undefined; topic?: string | undefined }

export const newestNotifications = ({ sql }: Workspace): Order => ({ by: sql`id`, type: 'bigint', direction: 'desc' })

export const listNotifications = (
  workspace: Workspace,
  subscription_id: string,
  { status, topic }: NotificationFilter,
  page: Page,
) => {
  const { sql, id } = workspace
  const order = newestNotifications(workspace)
  return sql<(NotificationRow & { cursor_value: string })[]>`
    select *, ${cursorValue(workspace, order)} from webhook_notifications
    where workspace_id = ${id} and subscription_id = ${subscription_id}
      ${status ? sql`and status = ${status}` : sql``} ${topic ? sql`and topic = ${topic}` : sql``}
      and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
}

export const countNotifications = async (
  { sql, id }: Workspace,
  subscription_id: string,
  { status, topic }: NotificationFilter,
): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::integer as count from webhook_notifications
    where workspace_id = ${id} and subscription_id = ${subscription_id}
      ${status ? sql`and status = ${status}` : sql``} ${topic ? sql`and topic = ${topic}` : sql``}`
  return row.count
}

export const findNotification = ({ sql, id: workspace_id }: Workspace, subscription_id: string, id: string) =>
  one(sql<NotificationRow[]>`
    select * from webhook_notifications
    where workspace_id = ${workspace_id} and subscription_id = ${rowId(subscription_id)} and id = ${rowId(id)}`)

export const listAttempts = ({ sql, id: workspace_id }: Workspace, notification_id: string) => sql<AttemptRow[]>`
  select attempt, started_at, took_ms, response_status, response_headers, response_body, error from webhook_attempts
  where workspace_id = ${workspace_id} and notification_id = ${notification_id} order by attempt`

/** Which notifications to send again. Only those that are not pending. */
export type Replayed = {
  id?: string | undefined
  status?: 'failed' | 'delivered' | undefined
  from?: Date | undefined
  until?: Date | undefined
}

/** Makes them due again, with the same ids. Returns their number. */
export const replayNotifications = async (
  { sql, id: workspace_id }: Workspace,
  subscription_id: string,
  { id, status, from, until }: Replayed,
): Promise<number> => {
  const { count } = await sql`
    update webhook_notifications set status = 'pending', due_at = now(), queued_at = now(), delivered_at = null, error = null
    where workspace_id = ${workspace_id} and subscription_id = ${subscription_id} and status <> 'pending'
      ${id === undefined ? sql`` : sql`and id = ${rowId(id)}`} ${status ? sql`and status = ${status}` : sql``}
      ${from ? sql`and created_at >= ${from}` : sql``} ${until ? sql`and created_at < ${until}` : sql``}`
  return count
}

/** Changes the objects of notifications, sent or not: as `changeSnapshots` does with the events. */
export const changeItems = ({ sql, id }: Workspace, { object_type, object_id }: StoredObject, change: Change) => sql`
  update webhook_notifications set item =
    case when item ? ${object_type} then jsonb_set(item, ${[object_type]}, ${change(sql`(item -> ${object_type}::text)`)})
    else ${change(sql`item`)} end
  where workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}`
