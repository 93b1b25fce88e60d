// Writes what became of notifications after their attempts, many at once.
import type { Pool, Sql } from '#db/sql.ts'
import { insertChanges } from '#events/changes.ts'
import type { AttemptRow, NotificationRow } from '../notification-queries.ts'
import type { SubscriptionRow } from '../queries.ts'
import type { Leased } from './queries.ts'

export type Attempt = Omit<AttemptRow, 'attempt'>

/** What becomes of the notification: its status, and when it is tried again if it is pending. */
export type Settlement = {
  status: NotificationRow['status']
  retry_ms: number
  error: string | null
  /** What becomes of the subscription; absent: nothing. */
  subscription?: SubscriptionChange
}

type SubscriptionChange = {
  state?: SubscriptionRow['state']
  state_reason?: string | null
  /** Seconds; null: at once. */
  resume_after: number | null
  slow_seconds: number
  fails: boolean
}

/** `captured`: how often the sandbox captured it. */
export type Settled = {
  leased: Pick<Leased, 'workspace_id' | 'id' | 'subscription_id' | 'attempts'>
  attempt: Attempt
  captured: number
  settlement: Settlement
}

/** In one transaction. The subscriptions come first: who deletes one locks it before its notifications. */
export async function settle(sql: Pool, settled: readonly Settled[]): Promise<void> {
  await sql.begin(async (sql) => {
    for (const { leased, change } of subscriptionChanges(settled)) await changeState(sql, leased, change)
    const rows = JSON.stringify(settled.map(rowOf))
    await releaseHeldBack(sql, rows)
    await writeStatuses(sql, rows)
    await writeAttempts(sql, rows)
    if (settled.some(isTriedAgain)) await postponeLater(sql, rows)
    await bringNextForward(sql, rows)
  })
}

const isTriedAgain = ({ settlement }: Settled): boolean => settlement.status === 'pending'

const rowOf = ({ leased, attempt, captured, settlement }: Settled) => ({
  ...{ workspace_id: leased.workspace_id, id: leased.id, attempts: leased.attempts, captured },
  ...{ status: settlement.status, retry_ms: settlement.retry_ms, error: settlement.error },
  attempt,
})

/**
 * Returns the changes of subscriptions, without repeats: of each in its order, and the subscriptions in one order, so that two
 * processes do not wait for each other.
 */
function subscriptionChanges(settled: readonly Settled[]): { leased: Settled['leased']; change: SubscriptionChange }[] {
  const changes = settled.flatMap(({ leased, settlement: { subscription } }) =>
    subscription ? [{ leased, change: subscription, key: keyOf(leased), what: JSON.stringify(subscription) }] : [],
  )
  return changes
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .filter(({ key, what }, n) => key !== changes[n - 1]?.key || what !== changes[n - 1]?.what)
}

const keyOf = ({ workspace_id, subscription_id }: Settled['leased']) => `${workspace_id} ${subscription_id}`

/** Writes only what changes: with a healthy endpoint that is nothing. */
const changeState = (sql: Sql, { workspace_id, subscription_id }: Settled['leased'], change: SubscriptionChange) => {
  const { state = null, state_reason = null, resume_after, slow_seconds, fails } = change
  return sql`
    update webhook_subscriptions set
      state = case when state = 'disabled' then state else coalesce(${state}::text, state) end,
      state_reason = case when ${state}::text is null or state = 'disabled' then state_reason else ${state_reason} end,
      resume_at = now() + ${resume_after} * interval '1 second', slow_seconds = ${slow_seconds},
      failing_since = case when ${fails} then coalesce(failing_since, now()) end
    where workspace_id = ${workspace_id} and id = ${subscription_id} and (
      ${state}::text is not null or ${resume_after}::integer is not null or resume_at is not null
      or slow_seconds <> ${slow_seconds} or (failing_since is null) = ${fails})`
}

/** A notification that a fault held back is due once a later one of its object was sent. */
const releaseHeldBack = (sql: Sql, rows: string) => sql`
  update webhook_notifications held set due_at = now(), is_held_back = false
  from jsonb_to_recordset(${rows}::text::jsonb) as settled (workspace_id text, id bigint, status text)
  join webhook_notifications sent on sent.workspace_id = settled.workspace_id and sent.id = settled.id
  where settled.status <> 'pending'
    and held.workspace_id = sent.workspace_id and held.subscription_id = sent.subscription_id
    and held.object_type = sent.object_type and held.object_id = sent.object_id
    and held.is_held_back and held.status = 'pending' and held.id < sent.id`

const writeStatuses = (sql: Sql, rows: string) => sql`
  update webhook_notifications notifications
  set status = settled.status, error = settled.error, due_at = now() + retry_ms * interval '1 millisecond',
    delivered_at = case when settled.status = 'delivered' then now() end
  from jsonb_to_recordset(${rows}::text::jsonb)
    as settled (workspace_id text, id bigint, attempts integer, status text, error text, retry_ms double precision)
  where notifications.workspace_id = settled.workspace_id and notifications.id = settled.id
    and notifications.attempts = settled.attempts`

const writeAttempts = (sql: Sql, rows: string) => sql`
  with settled as (
    select workspace_id, id, attempts, captured, made.*
    from jsonb_to_recordset(${rows}::text::jsonb)
      as settled (workspace_id text, id bigint, attempts integer, captured integer, attempt jsonb),
    jsonb_to_record(attempt) as made (started_at timestamptz, took_ms integer, response_status integer,
      response_headers jsonb, response_body text, error text)
    where exists (
      select from webhook_notifications notifications
      where notifications.workspace_id = settled.workspace_id and notifications.id = settled.id)
  ), made as (
    insert into webhook_attempts
      (workspace_id, notification_id, attempt, started_at, took_ms, response_status, response_headers, response_body, error)
    select workspace_id, id, attempts, started_at, took_ms, response_status, nullif(response_headers, 'null'), response_body,
      error
    from settled
    on conflict (workspace_id, notification_id, attempt) do nothing
    returning workspace_id, notification_id, attempt
  ), shown as (${insertChanges(
    sql,
    'webhook.attempted',
    sql`select workspace_id, notification_id as object_id, null as conversation_id from made`,
  )})
  insert into captured_webhooks (workspace_id, notification_id, attempt, response_status)
  select workspace_id, id, attempts, response_status
  from made join settled using (workspace_id), generate_series(1, captured)
  where id = notification_id and attempts = attempt`

/**
 * The later notifications of an object wait for the one that is tried again, and are due with it: a lease need not look at
 * each of them every time.
 */
const postponeLater = (sql: Sql, rows: string) => sql`
  update webhook_notifications later set due_at = tried_again.due_at
  from jsonb_to_recordset(${rows}::text::jsonb) as settled (workspace_id text, id bigint, status text)
  join webhook_notifications tried_again
    on tried_again.workspace_id = settled.workspace_id and tried_again.id = settled.id
  where settled.status = 'pending'
    and later.workspace_id = tried_again.workspace_id and later.subscription_id = tried_again.subscription_id
    and later.object_type = tried_again.object_type and later.object_id = tried_again.object_id
    and later.status = 'pending' and later.attempts = 0 and later.id > tried_again.id
    and later.due_at < tried_again.due_at`

/** Once a notification is not tried any more, the next one of its object is due. */
const bringNextForward = (sql: Sql, rows: string) => sql`
  update webhook_notifications next set due_at = now()
  from jsonb_to_recordset(${rows}::text::jsonb) as settled (workspace_id text, id bigint, status text)
  join webhook_notifications sent on sent.workspace_id = settled.workspace_id and sent.id = settled.id
  where settled.status <> 'pending' and next.workspace_id = sent.workspace_id and next.id = (
      select min(id) from webhook_notifications waiting
      where waiting.workspace_id = sent.workspace_id and waiting.subscription_id = sent.subscription_id
        and waiting.object_type = sent.object_type and waiting.object_id = sent.object_id
        and waiting.status = 'pending' and not waiting.is_held_back)
    and next.attempts = 0 and next.due_at > now()`
