// The body of a notification on the wire, in the order of keys that Intercom's have.
import { epoch } from '#http/types.ts'
import type { SubscriptionRow } from '../queries.ts'
import { finSignatureOf, signaturesOf } from '../secret.ts'

type Sent = {
  kind: SubscriptionRow['kind']
  workspace_id: string
  notification_id: string
  topic: string
  item: Record<string, unknown>
  attempts: number
  first_sent_at: Date | null
  created_at: Date
}

/** Returns the text that is signed and sent. `attempts` counts this one. */
export const bodyOf = (sent: Sent): string => BODIES[sent.kind](sent)

/** The callback of a custom channel: it has the same `event_id` at each attempt. */
const callbackBody = ({ notification_id, topic, item, attempts, created_at }: Sent): string =>
  JSON.stringify({
    type: 'custom_channel_event',
    event_id: `evt_${notification_id}`,
    event: topic,
    ...item,
    delivery_attempts: attempts,
    created_at: epoch(created_at),
  })

const notificationBody = ({
  workspace_id,
  notification_id,
  topic,
  item,
  attempts,
  first_sent_at,
  created_at,
}: Sent): string =>
  JSON.stringify({
    type: 'notification_event',
    app_id: workspace_id,
    data: { type: 'notification_event_data', item },
    links: {},
    id: `notif_${notification_id}`,
    topic,
    delivery_status: 'pending',
    delivery_attempts: attempts,
    delivered_at: 0,
    first_sent_at: epoch(first_sent_at ?? new Date()),
    created_at: epoch(created_at),
    self: null,
  })

const BODIES: Record<Sent['kind'], (sent: Sent) => string> = {
  webhook: notificationBody,
  custom_channel: callbackBody,
  fin: ({ item }) => JSON.stringify(item),
}

/** A test of the endpoint, which is no event. */
export const pingBody = (workspace_id: string, at: Date): string =>
  JSON.stringify({
    type: 'notification_event',
    app_id: workspace_id,
    data: { type: 'notification_event_data', item: { type: 'ping', message: 'something something interzen' } },
    links: {},
    id: null,
    topic: 'ping',
    delivery_status: null,
    delivery_attempts: 1,
    delivered_at: 0,
    first_sent_at: epoch(at),
    created_at: epoch(at),
    self: null,
  })

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json',
  'user-agent': 'interphone-webhooks/1.0',
}

/** Returns the headers of a request, with the signatures of its raw body; without a secret it has none. */
export const headersOf = (
  secret: string | undefined,
  body: string,
  bearer_token?: string,
  kind: Sent['kind'] = 'webhook',
): Record<string, string> => ({
  ...HEADERS,
  ...(bearer_token !== undefined && { authorization: `Bearer ${bearer_token}` }),
  ...(secret !== undefined && (kind === 'fin' ? finSignatureOf : signaturesOf)(secret, body)),
})
