// Webhook subscriptions: the page of Intercom's Developer Hub, as operations; and the log of what was sent.

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { pageResult } from '#db/page.ts'
import { found, invalid } from '#http/errors.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import { safeFetcher } from '#net/safe-fetch.ts'
import { assertAllowedAddress } from '#resources/channel-accounts/private-addresses.ts'
import type { Resource, Server } from '#server.ts'
import { WEBHOOK_MEASURES } from './measures.ts'
import {
  countNotifications,
  findNotification,
  listAttempts,
  listNotifications,
  replayNotifications,
} from './notification-queries.ts'
import { findSubscription, listSubscriptions } from './queries.ts'
import { createSubscription, NO_SUBSCRIPTION, removeSubscription, updateSubscription } from './save.ts'
import {
  NewSubscription,
  NewSubscriptionRequest,
  NotificationPage,
  NotificationQuery,
  Ping,
  presentAttempt,
  presentNotification,
  presentSubscription,
  presentWhole,
  Replayed,
  ReplayRequest,
  readReplay,
  Subscription,
  SubscriptionList,
  SubscriptionRequest,
  WholeNotification,
} from './schema.ts'
import { openSecret } from './secret.ts'
import { attempt } from './send/attempt.ts'
import { pingBody } from './send/envelope.ts'
import { expireNotifications } from './send/expire.ts'
import { sendWebhooks } from './send/work.ts'

const PAGE_SIZE = { default: 50, max: 150 }
const ByNotification = Type.Object({ id: Type.String(), notification_id: Type.String() })

function webhooks(app: App, { secret, egress, forgetTokens, topics }: Server) {
  const means = { key: secret, topics }
  const fetch = safeFetcher({ egress, any_port: true })

  /** A preHandler, so that no transaction waits for the DNS. Every connection checks the address again. */
  const allowedAddress = ({ body }: FastifyRequest) =>
    assertAllowedAddress(egress, 'url', (body as { url?: unknown }).url)

  app.get(
    '/extensions/webhook_subscriptions',
    op('listWebhookSubscriptions', { summary: 'List webhook subscriptions', response: SubscriptionList }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listSubscriptions(workspace)).map(presentSubscription),
    }),
  )

  app.post(
    '/extensions/webhook_subscriptions',
    {
      ...op('createWebhookSubscription', {
        summary: 'Subscribe an endpoint to topics; the answer shows the secret once',
        body: NewSubscriptionRequest,
        response: NewSubscription,
        refuses: [409],
      }),
      preHandler: allowedAddress,
    },
    async ({ workspace, body }) => {
      const { text, ...row } = await createSubscription(workspace, means, body)
      workspace.afterCommit(forgetTokens)
      return { ...presentSubscription(row), secret: text }
    },
  )

  app.get(
    '/extensions/webhook_subscriptions/:id',
    op('getWebhookSubscription', { summary: 'Show a webhook subscription', params: ById, response: Subscription }),
    async ({ workspace, params: { id } }) =>
      presentSubscription(found(await findSubscription(workspace, id), NO_SUBSCRIPTION)),
  )

  app.put(
    '/extensions/webhook_subscriptions/:id',
    {
      ...op('updateWebhookSubscription', {
        summary: 'Change a webhook subscription, or switch it on or off',
        params: ById,
        body: SubscriptionRequest,
        response: Subscription,
      }),
      preHandler: allowedAddress,
    },
    async ({ workspace, params: { id }, body }) => {
      const row = await updateSubscription(workspace, means, id, body)
      workspace.afterCommit(forgetTokens)
      return presentSubscription(row)
    },
  )

  app.delete(
    '/extensions/webhook_subscriptions/:id',
    op('deleteWebhookSubscription', {
      summary: 'Delete a webhook subscription and its log',
      params: ById,
      status: 204,
    }),
    async ({ workspace, params: { id } }) => {
      await removeSubscription(workspace, id)
      workspace.afterCommit(forgetTokens)
      return NOTHING
    },
  )

  app.post(
    '/extensions/webhook_subscriptions/:id/ping',
    op('pingWebhookSubscription', {
      summary: 'Send a ping now, and show what the endpoint answered',
      runs: 'outside',
      params: ById,
      response: Ping,
    }),
    async ({ workspace, params: { id } }) => {
      const subscription = found(await findSubscription(workspace, id), NO_SUBSCRIPTION)
      if (subscription.url === null) throw invalid('The subscription has no url to ping')
      const body = pingBody(workspace.id, workspace.now())
      const made = await attempt(fetch, subscription.url, body, () => ({
        secret: openSecret(secret, subscription.secret),
      }))
      return { type: 'webhook_ping' as const, ...presentAttempt({ attempt: 1, ...made }) }
    },
  )

  app.get(
    '/extensions/webhook_subscriptions/:id/notifications',
    op('listWebhookNotifications', {
      summary: 'List the notifications of a subscription, newest first',
      params: ById,
      query: NotificationQuery,
      response: NotificationPage,
    }),
    async ({ workspace, params, query: { status, topic, ...paging } }) => {
      const { id } = found(await findSubscription(workspace, params.id), NO_SUBSCRIPTION)
      const page = pageOf(paging, PAGE_SIZE)
      const filter = { status, topic }
      const rows = await listNotifications(workspace, id, filter, page)
      const result = await pageResult(rows, page, () => countNotifications(workspace, id, filter))
      return presentPage(page, result, presentNotification)
    },
  )

  app.get(
    '/extensions/webhook_subscriptions/:id/notifications/:notification_id',
    op('getWebhookNotification', {
      summary: 'Show a notification with all its attempts',
      params: ByNotification,
      response: WholeNotification,
    }),
    async ({ workspace, params: { id, notification_id } }) => {
      const subscription = found(await findSubscription(workspace, id), NO_SUBSCRIPTION)
      const row = found(await findNotification(workspace, id, notification_id), 'Notification not found')
      return presentWhole(secret, { ...subscription, ...row }, await listAttempts(workspace, row.id))
    },
  )

  app.post(
    '/extensions/webhook_subscriptions/:id/replay',
    op('replayWebhookNotifications', {
      summary: 'Send notifications again: one, those of a status, or those of a period',
      params: ById,
      body: ReplayRequest,
      response: Replayed,
    }),
    async ({ workspace, params, body }) => {
      const { id } = found(await findSubscription(workspace, params.id), NO_SUBSCRIPTION)
      const wanted = readReplay(body)
      if (Object.values(wanted).every((value) => value === undefined))
        throw invalid('One of notification_id, status, from and until is required')
      const replayed = await replayNotifications(workspace, id, wanted)
      return { type: 'webhook_replay' as const, replayed }
    },
  )
}

export default {
  group: 'Extensions: webhooks',
  routes: webhooks,
  work: sendWebhooks,
  measures: WEBHOOK_MEASURES,
  jobs: [
    {
      name: 'webhooks:expire',
      cron: '40 * * * *',
      run: ({ sql, kept_days }) => expireNotifications(sql, kept_days.webhook_notifications),
    },
  ],
  kept_tables: ['webhook_subscriptions'],
} satisfies Resource
