// The request of an attempt, as a receiver gets it: made again from the notification, after a redaction or with a new secret too.
import type { NotificationRow } from './notification-queries.ts'
import type { SubscriptionRow } from './queries.ts'
import { openSecrets } from './secret.ts'
import { bodyOf, headersOf } from './send/envelope.ts'

type Sealed = Pick<SubscriptionRow, 'kind' | 'secret' | 'bearer_token'>
type Notification = Pick<
  NotificationRow,
  'workspace_id' | 'notification_id' | 'topic' | 'item' | 'first_sent_at' | 'created_at'
>

/** `key`: the server's, which encrypts secrets. */
export function sentAs(key: string, row: Notification & Sealed, attempt: number) {
  const { secret, bearer_token } = readableSecrets(key, row)
  const body = bodyOf({ ...row, attempts: attempt })
  return { headers: headersOf(secret, body, bearer_token, row.kind), body }
}

/** Secrets that were stored with another key of the server are left out: the rest of the request is still to be seen. */
function readableSecrets(key: string, row: Sealed): Partial<ReturnType<typeof openSecrets>> {
  try {
    return openSecrets(key, row)
  } catch {
    return {}
  }
}
