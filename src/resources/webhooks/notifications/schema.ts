// The notifications of all webhook subscriptions, with the request and the answer of each attempt.
import { type Static, Type } from 'typebox'
import { AMONG_NEWEST } from '#db/page.ts'
import { PageQuery } from '#http/lists.ts'
import { Nullable, named } from '#http/types.ts'
import type { AttemptRow } from '../notification-queries.ts'
import { Attempt, Notification, NotificationQuery, presentAttempt, presentNotification } from '../schema.ts'
import { sentAs } from '../sent.ts'
import type { ShownRow } from './queries.ts'

export const AllNotificationsQuery = Type.Object({
  ...PageQuery.properties,
  subscription_id: Type.Optional(Type.String({ maxLength: 100 })),
  status: NotificationQuery.properties.status,
  topic: NotificationQuery.properties.topic,
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: `What topic, id or error contains, ${AMONG_NEWEST}.`,
    }),
  ),
})

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

export const ShownNotification = named(
  'webhook_notification_shown',
  Type.Object({ ...Notification.properties, log: Type.Array(ShownAttempt) }),
)

/** `key`: the server's, which encrypts secrets. */
export const presentShown = (key: string, row: ShownRow, log: AttemptRow[]): Static<typeof ShownNotification> => ({
  ...presentNotification(row),
  log: log.map((attempt) => ({
    ...presentAttempt(attempt),
    request: { url: row.url, ...sentAs(key, row, attempt.attempt) },
  })),
})
