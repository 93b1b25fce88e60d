// The query for the notifications of all webhook subscriptions.
import { Type } from 'typebox'
import { AMONG_NEWEST } from '#db/page.ts'
import { PageQuery } from '#http/lists.ts'
import { NotificationQuery } from '../schema.ts'

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
