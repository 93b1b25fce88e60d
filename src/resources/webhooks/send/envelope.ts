// The body of a notification on the wire, in the order of keys that Intercom's have.
import { epoch } from '#http/types.ts'
import { signaturesOf } from '../secret.ts'

type Sent = {
  workspace_id: string
  notification_id: string
  topic: string
  item: Record<string, unknown>
  attempts: number
  first_sent_at: Date | null
  created_at: Date
}

/** Returns the text that is signed and sent. `attempts` counts this one. */
export const bodyOf = ({
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

/** Returns the headers of a request, with the signatures of its raw body. */
export const headersOf = (secret: string, body: string): Record<string, string> => ({
  ...HEADERS,
  ...signaturesOf(secret, body),
})
