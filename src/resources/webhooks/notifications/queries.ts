// The SQL of the notifications of all webhook subscriptions of a workspace.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NotificationRow } from '../notification-queries.ts'
import type { SubscriptionRow } from '../queries.ts'

export type NotificationFilter = {
  subscription_id?: string | undefined
  status?: NotificationRow['status'] | undefined
  topic?: string | undefined
  q?: string | undefined
}

/** A text, a status or a topic is looked for among the newest of this number. */
export const SEARCHED = 10_000

export const newestNotifications = ({ sql }: Workspace): Order => ({
  by: sql`id`,
  type: 'bigint',
  direction: 'desc',
  is_id: true,
})

/** The callbacks of custom channels and of Fin are in the same table, and are left out. */
const source = ({ sql, id }: Workspace) => sql`
  (
    select notifications.*, url, secret, kind, bearer_token
    from webhook_notifications notifications
    cross join lateral (
      select url, secret, kind, bearer_token from webhook_subscriptions subscriptions
      where subscriptions.workspace_id = notifications.workspace_id and subscriptions.id = subscription_id
        and kind = 'webhook' limit 1
    ) its
    where notifications.workspace_id = ${id}
  ) notifications`

function matching({ sql, id }: Workspace, { subscription_id, status, topic, q }: NotificationFilter) {
  const has = (text: string) => sql`strpos(lower(${sql.unsafe(text)}), lower(${q!})) > 0`
  return sql`
    ${subscription_id === undefined ? sql`true` : sql`subscription_id = ${rowId(subscription_id)}`}
    and ${status === undefined ? sql`true` : sql`status = ${status}`}
    and ${topic === undefined ? sql`true` : sql`topic = ${topic}`}
    and ${q === undefined ? sql`true` : sql`(${has('topic')} or ${has('object_id')} or ${has('error')} or ${has("'notif_' || notification_id")})`}
    and id >= coalesce((
      select id from webhook_notifications where workspace_id = ${id} order by id desc offset ${SEARCHED - 1} limit 1), 0)`
}

export type ShownRow = NotificationRow & Pick<SubscriptionRow, 'url' | 'secret' | 'kind' | 'bearer_token'>

export const listNotifications = (workspace: Workspace, filter: NotificationFilter, page: Page) => {
  const order = newestNotifications(workspace)
  return workspace.sql<(ShownRow & { cursor_value: string })[]>`
    select *, ${cursorValue(workspace, order)} from ${source(workspace)}
    where workspace_id = ${workspace.id} and ${matching(workspace, filter)} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
}

export const countNotifications = async (workspace: Workspace, filter: NotificationFilter): Promise<number> => {
  const [row] = await workspace.sql<[{ count: number }]>`
    select count(*)::int as count from ${source(workspace)}
    where workspace_id = ${workspace.id} and ${matching(workspace, filter)}`
  return row.count
}

export const findNotification = (workspace: Workspace, id: string) =>
  one(workspace.sql<ShownRow[]>`
    select * from ${source(workspace)} where workspace_id = ${workspace.id} and id = ${rowId(id)}`)
