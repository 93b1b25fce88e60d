// A webhook subscription with a notification, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    webhook_subscription: string
    webhook_notification: string
  }
}

const PATH = '/extensions/webhook_subscriptions'
const LOG = '/extensions/webhook_notifications'

export default {
  needs: ['user'],
  provides: ['webhook_subscription', 'webhook_notification'],
  async create({ post, workspace: { sql, id: workspace_id } }, { user }) {
    const { id } = await post(PATH, { url: null, topics: ['contact.user.created'] })
    const [notification] = await sql<[{ id: string }]>`
      insert into webhook_notifications (workspace_id, subscription_id, topic, object_type, object_id, item, status, created_at)
      values (${workspace_id}, ${id}, 'contact.user.created', 'contact', ${user}, '{}', 'failed', now()) returning id`
    await sql`
      insert into webhook_attempts (workspace_id, notification_id, attempt, started_at, took_ms)
      values (${workspace_id}, ${notification.id}, 1, now(), 7)`
    await sql`
      insert into captured_webhooks (workspace_id, notification_id, attempt, response_status)
      values (${workspace_id}, ${notification.id}, 1, 200)`
    return { webhook_subscription: id, webhook_notification: notification.id }
  },
  attempts: {
    getWebhookSubscription: ({ webhook_subscription }) => [[`GET ${PATH}/${webhook_subscription}`]],
    updateWebhookSubscription: ({ webhook_subscription }) => [
      [`PUT ${PATH}/${webhook_subscription}`, { enabled: false }],
    ],
    listWebhookNotifications: ({ webhook_subscription }) => [[`GET ${PATH}/${webhook_subscription}/notifications`]],
    getWebhookNotification: (their, my) => [
      [`GET ${PATH}/${their.webhook_subscription}/notifications/${their.webhook_notification}`],
      [`GET ${PATH}/${my.webhook_subscription}/notifications/${their.webhook_notification}`],
    ],
    showWebhookNotification: ({ webhook_notification }) => [[`GET ${LOG}/${webhook_notification}`]],
    replayWebhookNotification: ({ webhook_notification }) => [[`POST ${LOG}/${webhook_notification}/replay`]],
    replayWebhookNotifications: ({ webhook_subscription }) => [
      [`POST ${PATH}/${webhook_subscription}/replay`, { status: 'failed' }],
    ],
  },
  removals: { deleteWebhookSubscription: ({ webhook_subscription }) => [[`DELETE ${PATH}/${webhook_subscription}`]] },
  lists: {
    listWebhookSubscriptions: () => [[`GET ${PATH}`]],
    listAllWebhookNotifications: ({ webhook_subscription }) => [
      [`GET ${LOG}?per_page=150`],
      [`GET ${LOG}?subscription_id=${webhook_subscription}`],
    ],
    listCapturedWebhooks: ({ user, webhook_subscription }) => [
      ['GET /extensions/sandbox/webhooks?per_page=150'],
      [`GET /extensions/sandbox/webhooks?object_id=${user}`],
      [`GET /extensions/sandbox/webhooks?subscription_id=${webhook_subscription}`],
    ],
  },
  tested_elsewhere: ['createWebhookSubscription', 'pingWebhookSubscription'],
  ids: { webhook_subscriptions: ['webhook_subscription'], webhook_notifications: ['webhook_notification'] },
} satisfies Fixture
