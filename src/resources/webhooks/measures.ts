// What operators watch of webhooks.
import type { Measure, Sample } from '#db/measures.ts'

export const WEBHOOK_MEASURES: readonly Measure[] = [
  {
    name: 'interphone_webhooks_pending',
    help: 'Notifications that no endpoint has accepted yet, by the state of their subscription.',
    labels: ['state'],
    read: (sql) => sql<Sample[]>`
      select jsonb_build_object('state', state) as labels, count(*)::int as value
      from webhook_notifications notifications
      join webhook_subscriptions subscriptions on subscriptions.workspace_id = notifications.workspace_id
        and subscriptions.id = notifications.subscription_id
      where status = 'pending' group by state`,
  },
  {
    name: 'interphone_webhook_oldest_due_seconds',
    help: 'For how long the oldest notification of an active subscription has been due.',
    read: (sql) => sql<Sample[]>`
      select extract(epoch from now() - min(due_at))::float8 as value
      from webhook_notifications notifications
      join webhook_subscriptions subscriptions on subscriptions.workspace_id = notifications.workspace_id
        and subscriptions.id = notifications.subscription_id
      where status = 'pending' and due_at <= now() and state = 'active' having count(*) > 0`,
  },
]
