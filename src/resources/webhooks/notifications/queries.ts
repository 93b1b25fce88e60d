// The SQL of the notifications of all webhook subscriptions of a workspace.
import { beyond, contains, cursorValue, inOrder, isAmongNewest, newestByNumber, type Page } from '#db/page.ts'
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

const TEXTS = ['topic', 'object_id', 'error', "'notif_' || notification_id"]

/** All are looked for among the newest. */
function matching(workspace: Workspace, { subscription_id, status, topic, q }: NotificationFilter) {
  const { sql } = workspace
  return sql`
    ${subscription_id === undefined ? sql`true` : sql`subscription_id = ${rowId(subscription_id)}`}
    and ${status === undefined ? sql`true` : sql`status = ${status}`}
    and ${topic === undefined ? sql`true` : sql`topic = ${topic}`}
    and ${q === undefined ? sql`true` : contains(workspace, TEXTS, q)}
    and ${isAmongNewest(workspace, 'webhook_notifications')}`
}

export type ShownRow = NotificationRow & Pick<SubscriptionRow, 'url' | 'secret' | 'kind' | 'bearer_token'>

export const listNotifications = (workspace: Workspace, filter: NotificationFilter, page: Page) => {
  const order = newestByNumber(workspace)
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
