// The SQL of the queue: which subscriptions have events to read, which notifications are due, and what became of them.
import type { Pool, Sql } from '#db/sql.ts'
import type { EventRow } from '#events/read.ts'
import { BATCH_ROWS, type Batch } from '#jobs/in-batches.ts'
import type { WebhookFault } from '#workspaces/faults.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NotificationRow } from '../notification-queries.ts'
import type { SubscriptionRow } from '../queries.ts'

export type Behind = { workspace_id: string; id: string }

/** Returns the subscriptions with events that they have not read. */
export const listBehind = (sql: Sql) => sql<Behind[]>`
  select workspace_id, id from webhook_subscriptions
  where state <> 'disabled' and kind = 'webhook' and exists (
    select from events
    where events.workspace_id = webhook_subscriptions.workspace_id
      and (transaction_id, events.id) > (split_part(position, '.', 1)::xid8, split_part(position, '.', 2)::bigint)
      and transaction_id < pg_snapshot_xmin(pg_current_snapshot()))`

/** Locks the subscription until the transaction ends. Undefined if another process reads for it, or it is switched off. */
export const lockToRead = async (sql: Sql, { workspace_id, id }: Behind): Promise<SubscriptionRow | undefined> => {
  const [row] = await sql<SubscriptionRow[]>`
    select * from webhook_subscriptions
    where workspace_id = ${workspace_id} and id = ${id} and state <> 'disabled' for no key update skip locked`
  return row
}

export const setPosition = (sql: Sql, { workspace_id, id }: Behind, position: string) => sql`
  update webhook_subscriptions set position = ${position} where workspace_id = ${workspace_id} and id = ${id}`

/** `position`: of the event, of which a subscription gets one notification; null if the caller makes sure of that. */
export type NewNotification = Pick<EventRow, 'topic' | 'object_type' | 'object_id' | 'created_at'> & {
  position: EventRow['position'] | null
  item: object
}

/**
 * What is queued already is left out. A notification of an object of which an earlier one is to be tried again is due with that
 * one, as in a settlement: the caller has locked the subscription, which the settlement of a first failure changes.
 */
export const queueNotifications = ({ sql, id }: Workspace, subscription_id: string, queued: NewNotification[]) => sql`
  insert into webhook_notifications
    (workspace_id, subscription_id, topic, object_type, object_id, item, event_position, created_at, due_at)
  select ${id}, ${subscription_id}, topic, object_type, object_id, item, position, created_at, greatest(now(), (
      select max(earlier.due_at) from webhook_notifications earlier
      where earlier.workspace_id = ${id} and earlier.subscription_id = ${subscription_id}
        and earlier.object_type = queued.object_type and earlier.object_id = queued.object_id
        and earlier.status = 'pending' and not earlier.is_held_back and earlier.attempts > 0 and exists (
          select from webhook_attempts made
          where made.workspace_id = ${id} and made.notification_id = earlier.id and made.attempt = earlier.attempts)))
  from jsonb_to_recordset(${JSON.stringify(queued)}::text::jsonb)
    as queued (topic text, object_type text, object_id text, item jsonb, position text, created_at timestamptz)
  on conflict (workspace_id, subscription_id, event_position) where event_position is not null do nothing`

export type Leased = Pick<
  NotificationRow,
  | 'workspace_id'
  | 'id'
  | 'subscription_id'
  | 'notification_id'
  | 'topic'
  | 'item'
  | 'attempts'
  | 'first_sent_at'
  | 'created_at'
  | 'queued_at'
> &
  Pick<
    SubscriptionRow,
    'url' | 'secret' | 'kind' | 'bearer_token' | 'state' | 'gives_up_after_hours' | 'slow_seconds'
  > & {
    /** Whether faults are armed for the webhooks of the workspace. */
    meets_faults: boolean
  }

/** Longer than three attempts one after the other, of 20 notifications each: so many of a subscription are leased. */
const LEASE_SECONDS = 30
export const MOST_LEASED = 60

/** `room`: how many more notifications of this subscription the process can lease. */
export type Busy = { workspace_id: string; subscription_id: string; room: number }

/**
 * Leases due notifications of each subscription: as many as the process has room for, and one of a suspended one. Of an
 * object only the oldest pending notification is due, so that its notifications arrive in order; one that a fault holds back
 * does not count. (`min`, because PostgreSQL plans `not exists` as a join over all pending ones while it has no statistics.)
 * `synchronous_commit` is off: if the database crashes and loses a lease, the notification is sent again.
 */
export const leaseNotifications = (sql: Pool, busy: readonly Busy[]) => sql<Leased[]>`
  with due as (
    select picked.workspace_id, picked.id, subscriptions.url, secret, kind, bearer_token, state, gives_up_after_hours,
      slow_seconds
    from webhook_subscriptions subscriptions
    left join unnest(${busy.map((one) => one.workspace_id)}::text[], ${busy.map((one) => one.subscription_id)}::bigint[],
      ${busy.map((one) => one.room)}::int[]) busy (workspace_id, subscription_id, room)
      on busy.workspace_id = subscriptions.workspace_id and busy.subscription_id = subscriptions.id
    cross join lateral (
      select workspace_id, id from webhook_notifications due
      where workspace_id = subscriptions.workspace_id and subscription_id = subscriptions.id and status = 'pending'
        and due_at <= now() and due.id <= coalesce((
          select min(earlier.id) from webhook_notifications earlier
          where earlier.workspace_id = due.workspace_id and earlier.subscription_id = due.subscription_id
            and earlier.object_type = due.object_type and earlier.object_id = due.object_id
            and earlier.status = 'pending' and not earlier.is_held_back), due.id)
      order by due_at, id
      limit case when state = 'suspended' then least(1, coalesce(busy.room, 1)) else coalesce(busy.room, ${MOST_LEASED}) end
      for update skip locked
    ) picked
    where state <> 'disabled' and (resume_at is null or resume_at <= now())
  ),
  relaxed as (select set_config('synchronous_commit', 'off', true))
  update webhook_notifications notifications
  set due_at = now() + ${LEASE_SECONDS} * interval '1 second', attempts = attempts + 1,
    first_sent_at = coalesce(first_sent_at, now()), is_held_back = false
  from due, relaxed
  where notifications.workspace_id = due.workspace_id and notifications.id = due.id
  returning notifications.workspace_id, notifications.id, subscription_id, notification_id, topic, item, attempts,
    first_sent_at, created_at, queued_at, due.url, due.secret, due.kind, due.bearer_token, due.state, due.gives_up_after_hours, due.slow_seconds,
    notifications.workspace_id in (
      select workspace_id from faults where target = 'webhooks' and remaining > 0) as meets_faults`

/**
 * Makes all leased notifications due: those without an attempt of their number. Call it only if no worker runs.
 */
export const endLeases = (sql: Pool) => sql`
  update webhook_notifications set due_at = now()
  where status = 'pending' and attempts > 0 and due_at > now() and not exists (
    select from webhook_attempts made
    where made.workspace_id = webhook_notifications.workspace_id and made.notification_id = webhook_notifications.id
      and made.attempt = webhook_notifications.attempts)`

/** Ends the leases of notifications that were not sent: they are due at once. */
export const giveBack = (sql: Pool, leased: readonly Leased[]) => sql`
  update webhook_notifications
  set due_at = now(), attempts = webhook_notifications.attempts - 1,
    first_sent_at = case when webhook_notifications.attempts > 1 then first_sent_at end
  from jsonb_to_recordset(${JSON.stringify(leased.map(({ workspace_id, id, attempts }) => ({ workspace_id, id, attempts })))}::text::jsonb)
    as given (workspace_id text, id bigint, attempts integer)
  where webhook_notifications.workspace_id = given.workspace_id and webhook_notifications.id = given.id
    and webhook_notifications.attempts = given.attempts`

/** Ends the lease of a notification without an attempt: it is due later, or once a later one of its object was sent. */
export async function holdBack(
  sql: Pool,
  { workspace_id, id, attempts }: Leased,
  { fault, delay_ms }: Pick<WebhookFault, 'fault' | 'delay_ms'>,
): Promise<void> {
  await sql`
    update webhook_notifications
    set due_at = now() + ${delay_ms} * interval '1 millisecond', attempts = attempts - 1,
      first_sent_at = case when attempts > 1 then first_sent_at end, is_held_back = ${fault === 'out_of_order'}
    where workspace_id = ${workspace_id} and id = ${id} and attempts = ${attempts}`
}

/** Returns since when the subscription fails, in milliseconds. */
export async function failingFor(sql: Pool, { workspace_id, subscription_id }: Leased): Promise<number> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from now() - failing_since)::double precision * 1000 as ms from webhook_subscriptions
    where workspace_id = ${workspace_id} and id = ${subscription_id}`
  return row?.ms ?? 0
}

/**
 * The clock of the workspace has moved forward: what waits is due earlier. Leased notifications are left alone, because a
 * shorter lease would send them twice.
 */
export async function bringWebhooksForward({ sql, id: workspace_id }: Workspace, ms: number): Promise<void> {
  await sql`
    update webhook_subscriptions
    set resume_at = resume_at - ${ms} * interval '1 millisecond', failing_since = failing_since - ${ms} * interval '1 millisecond'
    where workspace_id = ${workspace_id} and (resume_at is not null or failing_since is not null)`
  await sql`
    with waiting as (
      select id from webhook_notifications
      where workspace_id = ${workspace_id} and status = 'pending' and due_at > now()
        and (attempts = 0 or exists (
          select from webhook_attempts made
          where made.workspace_id = ${workspace_id} and made.notification_id = webhook_notifications.id
            and made.attempt = webhook_notifications.attempts))
      for no key update skip locked
    )
    update webhook_notifications
    set due_at = due_at - ${ms} * interval '1 millisecond', queued_at = queued_at - ${ms} * interval '1 millisecond'
    from waiting where workspace_id = ${workspace_id} and webhook_notifications.id = waiting.id`
}

export const listSubscriptions = (sql: Sql) =>
  sql<Behind[]>`select workspace_id, id from webhook_subscriptions order by 1, 2`

/** Looks at the next notifications of a subscription, and removes those that are old and not pending, with their attempts. */
export const removeNotifications = async (
  sql: Sql,
  { workspace_id, id, after, days }: Behind & { after: string; days: number },
): Promise<Batch> => {
  const [row] = await sql<[{ removed: number; looked_at: number; last: string; is_old: boolean }]>`
    with walked as materialized (
      select id, queued_at from webhook_notifications
      where workspace_id = ${workspace_id} and subscription_id = ${id} and id > ${after} order by id limit ${BATCH_ROWS}
    ),
    removed as (
      delete from webhook_notifications
      where workspace_id = ${workspace_id} and id = any(array(select id from walked))
        and status <> 'pending' and queued_at < now() - ${days} * interval '1 day'
      returning id
    )
    select (select count(*) from removed)::int as removed, count(*)::int as looked_at, max(id)::text as last,
      min(queued_at) < now() - ${days} * interval '1 day' as is_old
    from walked`
  const { removed, looked_at, last, is_old } = row
  return { removed, reached: looked_at === BATCH_ROWS && is_old ? last : undefined }
}
