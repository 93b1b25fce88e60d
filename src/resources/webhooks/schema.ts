// Webhook subscriptions, notifications and attempts over the wire.
import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '#http/lists.ts'
import { Epoch, epoch, epochOrNull, fromEpoch, Nullable, named, Some } from '#http/types.ts'
import type { AttemptRow, NotificationRow } from './notification-queries.ts'
import type { SubscriptionRow } from './queries.ts'
import { sentAs } from './sent.ts'

const Fields = {
  url: Nullable(
    Type.String({
      maxLength: 2_048,
      description: 'Where notifications are sent. Null: the sandbox captures them, for tests without a receiver.',
      examples: ['https://example.com/webhooks'],
    }),
  ),
  topics: Type.Array(Type.String({ maxLength: 100 }), {
    minItems: 1,
    maxItems: 200,
    description: 'The topics of docs/coverage.md.',
    examples: [['contact.user.created', 'conversation.user.replied']],
  }),
  version: Type.String({
    maxLength: 20,
    description: 'The API version of the payloads. Default: that of the request.',
    examples: ['2.14'],
  }),
  secret: Type.String({
    minLength: 16,
    maxLength: 255,
    description: 'The key of the signatures. Default: a random one.',
  }),
  gives_up_after_hours: Type.Integer({
    minimum: 0,
    maximum: 72,
    description: 'How long a notification is tried. 0: one retry after a minute, as Intercom.',
  }),
}
export const SubscriptionRequest = named('webhook_subscription_request', Some({ ...Fields, enabled: Type.Boolean() }))
export type SubscriptionRequest = Static<typeof SubscriptionRequest>

export const NewSubscriptionRequest = named(
  'new_webhook_subscription_request',
  Type.Object({ ...Some(Fields).properties, url: Fields.url, topics: Fields.topics }),
)
export type NewSubscriptionRequest = Static<typeof NewSubscriptionRequest>

const Time = Nullable(Type.Integer())

export const Subscription = named(
  'webhook_subscription',
  Type.Object({
    type: Type.Literal('webhook_subscription'),
    id: Type.String(),
    url: Nullable(Type.String()),
    topics: Type.Array(Type.String()),
    version: Type.String(),
    state: Type.Enum(['active', 'suspended', 'disabled']),
    state_reason: Nullable(Type.String()),
    gives_up_after_hours: Type.Integer(),
    failing_since: Time,
    resumes_at: Time,
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
/** The secret is shown once. */
export const NewSubscription = named(
  'new_webhook_subscription',
  Type.Object({ ...Subscription.properties, secret: Type.String() }),
)
export const SubscriptionList = named(
  'webhook_subscription_list',
  Type.Object({ type: Type.Literal('list'), data: Type.Array(Subscription) }),
)

export const presentSubscription = (row: SubscriptionRow): Static<typeof Subscription> => ({
  type: 'webhook_subscription',
  id: row.id,
  url: row.url,
  topics: row.topics,
  version: row.version,
  state: row.state,
  state_reason: row.state_reason,
  gives_up_after_hours: row.gives_up_after_hours,
  failing_since: epochOrNull(row.failing_since),
  resumes_at: epochOrNull(row.resume_at),
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})

export const WebhookObject = named('webhook_object', Type.Object({ type: Type.String(), id: Type.String() }))

const Notification = named(
  'webhook_notification',
  Type.Object({
    type: Type.Literal('webhook_notification'),
    id: Type.String(),
    subscription_id: Type.String(),
    notification_id: Type.String({ description: 'The `id` of the notification at its receiver.' }),
    topic: Type.String(),
    object: WebhookObject,
    status: Type.Enum(['pending', 'delivered', 'failed']),
    attempts: Type.Integer(),
    next_attempt_at: Time,
    first_sent_at: Time,
    delivered_at: Time,
    error: Nullable(Type.String()),
    created_at: Type.Integer(),
    item: Type.Record(Type.String(), Type.Unknown(), { description: '`data.item` of the notification.' }),
  }),
)
export const NotificationPage = named('webhook_notification_list', PageOf(Notification))
export const NotificationQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(Type.Enum(['pending', 'delivered', 'failed'])),
  topic: Type.Optional(Type.String()),
})

export const presentNotification = (row: NotificationRow): Static<typeof Notification> => ({
  type: 'webhook_notification',
  id: row.id,
  subscription_id: row.subscription_id,
  notification_id: `notif_${row.notification_id}`,
  topic: row.topic,
  object: { type: row.object_type, id: row.object_id },
  status: row.status,
  attempts: row.attempts,
  next_attempt_at: row.status === 'pending' ? epoch(row.due_at) : null,
  first_sent_at: epochOrNull(row.first_sent_at),
  delivered_at: epochOrNull(row.delivered_at),
  error: row.error,
  created_at: epoch(row.created_at),
  item: row.item,
})

const Attempt = named(
  'webhook_attempt',
  Type.Object({
    attempt: Type.Integer(),
    started_at: Type.Integer(),
    took_ms: Type.Integer(),
    response_status: Nullable(Type.Integer()),
    response_headers: Nullable(Type.Record(Type.String(), Type.String())),
    response_body: Nullable(Type.String({ description: 'The first 2,000 characters.' })),
    error: Nullable(Type.String()),
  }),
)
const ShownAttempt = named(
  'webhook_attempt_shown',
  Type.Object({
    ...Attempt.properties,
    request: named(
      'webhook_request',
      Type.Object({
        url: Nullable(Type.String({ description: 'That of the subscription now; null: the sandbox captured it.' })),
        headers: Type.Record(Type.String(), Type.String(), { description: 'With the signatures of the body.' }),
        body: Type.String({ description: 'The raw body, as it would be sent now.' }),
      }),
    ),
  }),
)
export const WholeNotification = named(
  'webhook_notification_with_attempts',
  Type.Object({ ...Notification.properties, log: Type.Array(ShownAttempt) }),
)
export const presentAttempt = ({ started_at, ...row }: AttemptRow): Static<typeof Attempt> => ({
  ...row,
  started_at: epoch(started_at),
})

type Sealed = Pick<SubscriptionRow, 'url' | 'secret' | 'kind' | 'bearer_token'>

/** `key`: the server's, which encrypts secrets. */
export const presentWhole = (
  key: string,
  row: NotificationRow & Sealed,
  log: AttemptRow[],
): Static<typeof WholeNotification> => ({
  ...presentNotification(row),
  log: log.map((attempt) => ({
    ...presentAttempt(attempt),
    request: { url: row.url, ...sentAs(key, row, attempt.attempt) },
  })),
})

export const Ping = named('webhook_ping', Type.Object({ type: Type.Literal('webhook_ping'), ...Attempt.properties }))

export const ReplayRequest = named(
  'webhook_replay_request',
  Some({
    notification_id: Type.String({ description: 'One notification, by its id in the list.' }),
    status: Type.Enum(['failed', 'delivered']),
    from: Epoch,
    until: Epoch,
  }),
)
export type ReplayRequest = Static<typeof ReplayRequest>
export const Replayed = named(
  'webhook_replay',
  Type.Object({ type: Type.Literal('webhook_replay'), replayed: Type.Integer() }),
)

export const readReplay = ({ notification_id, status, from, until }: ReplayRequest) => ({
  ...{ id: notification_id, status },
  from: from === undefined ? undefined : fromEpoch(from),
  until: until === undefined ? undefined : fromEpoch(until),
})
