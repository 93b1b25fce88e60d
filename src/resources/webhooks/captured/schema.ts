// Captured webhooks over the wire: the request that a receiver would have got.
import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import { WebhookObject } from '../schema.ts'
import { sentAs } from '../sent.ts'
import type { CapturedRow } from './queries.ts'

/** Shorter than the time limit of an operation. */
const LONGEST_WAIT_MS = 15_000

export const CapturedWebhook = named(
  'captured_webhook',
  Type.Object({
    type: Type.Literal('captured_webhook'),
    id: Type.String(),
    subscription_id: Type.String(),
    notification_id: Type.String({ description: 'The `id` in its body: the same for repeats.' }),
    topic: Type.String(),
    object: WebhookObject,
    attempt: Type.Integer(),
    headers: Type.Record(Type.String(), Type.String(), { description: 'With the signatures of the body.' }),
    body: Type.String({ description: 'The raw body, which is signed.' }),
    response_status: Nullable(
      Type.Integer({ description: 'What the sandbox answered: 200, or as an armed fault says. Null: nothing.' }),
    ),
    captured_at: Type.Integer(),
  }),
)
export const CapturedPage = named('captured_webhook_list', PageOf(CapturedWebhook))

export const CapturedQuery = Type.Object({
  ...PageQuery.properties,
  topic: Type.Optional(Type.String({ maxLength: 100 })),
  object_id: Type.Optional(Type.String({ maxLength: 255, description: 'The id of the contact, conversation, ….' })),
  subscription_id: Type.Optional(Type.String({ maxLength: 100 })),
  notification_id: Type.Optional(Type.String({ maxLength: 100, description: 'The `id` in the body.' })),
  newer_than: Type.Optional(
    Type.String({ maxLength: 100, description: 'Only those captured after this one, by its `id` here.' }),
  ),
  wait_ms: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: LONGEST_WAIT_MS,
      description: 'How long to wait until `at_least` match; then those that match are listed. Default: 0.',
    }),
  ),
  at_least: Type.Optional(Type.Integer({ minimum: 1, maximum: 150, description: 'Default: 1.' })),
})

/** `key`: the server's, which encrypts secrets. */
export const presentCaptured =
  (key: string) =>
  ({ attempt, ...row }: CapturedRow): Static<typeof CapturedWebhook> => ({
    type: 'captured_webhook',
    id: row.id,
    subscription_id: row.subscription_id,
    notification_id: `notif_${row.notification_id}`,
    topic: row.topic,
    object: { type: row.object_type, id: row.object_id },
    attempt,
    ...sentAs(key, row, attempt),
    response_status: row.response_status,
    captured_at: epoch(row.captured_at),
  })
