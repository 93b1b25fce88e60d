// Applies later status updates to deliveries, from providers and messengers: delivered, read, bounced. They arrive late,
// twice, out of order, and sometimes before the outcome of the attempt is written.
import type { ChannelName, Remark, StatusUpdate } from '#channels/channel.ts'
import { type Fragment, one, rowId, type Sql } from '#db/sql.ts'
import { effectOf } from './effect.ts'
import { insertMoves } from './moves.ts'
import type { Recipients } from './recipients.ts'
import { REACHED_FROM } from './status.ts'
import { tally } from './tally.ts'

/**
 * Identifies a delivery by our id, if the provider sends it back, otherwise by the provider's id. (Several deliveries share
 * an email's Message-ID, so emails always use our id.) `attempt` is set if the provider sends it back too.
 */
export type DeliveryRef = { workspace_id: string; channel: ChannelName } & (
  | { delivery_id: string; provider_id?: string; attempt?: number }
  | { delivery_id?: undefined; provider_id: string; attempt?: undefined }
)

/** `moved`: whether the status has changed. */
export type UpdatedDelivery = { id: string; contact_id: string; moved: boolean }

/**
 * Updates the delivery's status, its history and the contact, in one statement. Returns undefined if there is no such
 * delivery. `at` is the time that the provider gives.
 *
 * A repeated update changes nothing and is not recorded. Nor is the failure of an attempt if a later attempt was made or
 * requested; but it counts if the delivery is `sent` with the `provider_id` of the failed attempt, because then no other
 * message is known to be at the provider.
 */
export function applyStatusUpdate(
  sql: Sql,
  recipients: Recipients,
  delivery: DeliveryRef,
  update: StatusUpdate,
  at = new Date(),
): Promise<UpdatedDelivery | undefined> {
  const { workspace_id, channel, delivery_id, provider_id = null, attempt = null } = delivery
  const { status, code = null, reason = null, details = null, answer = null } = update
  const { hard_bounce = false, spam_complaint = false, unsubscribe = false } = update
  const failed = status === 'failed'
  const leaves = (name: ChannelName) => unsubscribe && channel === name
  const which = delivery_id === undefined ? sql`provider_id = ${provider_id}` : sql`id = ${rowId(delivery_id)}`
  return one(sql<UpdatedDelivery[]>`
    with current as (
      select id, contact_id, address, attempts, status, provider_id, broadcast_id from deliveries
      where workspace_id = ${workspace_id} and channel = ${channel} and ${which}
      for update
    ),
    moved as (
      update deliveries set status = ${status}, provider_id = coalesce(deliveries.provider_id, ${provider_id}),
        error_code = ${failed ? code : null}, error_reason = ${failed ? reason : null},
        error_details = ${failed ? details : null}, updated_at = greatest(updated_at, ${at}::timestamptz)
      from current
      where workspace_id = ${workspace_id} and deliveries.id = current.id
        and current.status = any(${REACHED_FROM[status]})
        and not (${failed && attempt !== null}
          and (current.status <> 'sent' or current.provider_id is distinct from ${provider_id})
          and (current.attempts > ${attempt} or exists (
            select from delivery_history earlier
            where earlier.workspace_id = ${workspace_id} and delivery_id = current.id and event = 'retried'
              and attempt >= ${attempt})))
      returning deliveries.workspace_id, deliveries.id, deliveries.conversation_id, current.broadcast_id,
        current.status as was, deliveries.status
    ),
    tally as (${tally(sql)}),
    moves as (${insertMoves(sql)}),
    changes as (
      select ${workspace_id}::text as workspace_id, contact_id, false as contacted, ${hard_bounce}::bool as hard_bounce,
        ${spam_complaint}::bool as spam_complaint, ${leaves('email')}::bool as leaves_emails,
        ${leaves('sms')}::bool as leaves_sms, ${leaves('whatsapp')}::bool as leaves_whatsapp, ${at}::timestamptz as at,
        array[lower(address)] as bounced_at
      from current where ${hard_bounce || spam_complaint || unsubscribe}
    ),
    changed as (${recipients.update(sql, sql`changes`)}),
    event as (
      ${recipients.insertEvents(sql, sql`changes`)}
    ),
    history as (
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, answer, effect, at)
      select ${workspace_id}, id, 'report', case when exists (select from moved) then ${status} else status end, attempts,
        ${code}, ${reason}, ${answer}, ${effectOf(update) ?? null}, ${at}
      from current where exists (select from moved) or exists (select from changed)
    )
    select id, contact_id, exists (select from moved) as moved from current`)
}

/** Adds to the history of a delivery without a new status, such as the notice that a mail is delayed. */
export const addRemark = (
  sql: Sql,
  { workspace_id, channel, delivery_id }: { workspace_id: string; channel: ChannelName; delivery_id: string },
  { code = '', reason = '', answer = '' }: Remark,
  at = new Date(),
) => sql`
  insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, answer, at)
  select workspace_id, id, 'report', status, attempts, nullif(${code}, ''), nullif(${reason}, ''), nullif(${answer}, ''),
    ${at}
  from deliveries where workspace_id = ${workspace_id} and channel = ${channel} and id = ${rowId(delivery_id)}`

export type MovedDelivery = { id: string; contact_id: string; conversation_id: string }

/**
 * Sets the status of all in-app deliveries that match the condition `which`, in one statement. Returns those that changed;
 * deliveries with this or a later status stay as they are.
 */
export const updateInAppStatus = (
  sql: Sql,
  workspace_id: string,
  which: Fragment,
  status: 'delivered' | 'read',
  at: Date,
) =>
  sql<(MovedDelivery & { part_id: string | null })[]>`
    with current as (
      select id, attempts from deliveries
      where workspace_id = ${workspace_id} and channel = 'inapp' and ${which} and status = any(${REACHED_FROM[status]})
      order by id for update
    ),
    moved as (
      update deliveries set status = ${status}, error_code = null, error_reason = null, error_details = null,
        updated_at = greatest(updated_at, ${at}::timestamptz)
      from current where workspace_id = ${workspace_id} and deliveries.id = current.id
      returning workspace_id, deliveries.id, contact_id, conversation_id, part_id
    ),
    moves as (${insertMoves(sql)}),
    history as (
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, at)
      select ${workspace_id}, id, 'report', ${status}, attempts, ${at} from current
    )
    select id, contact_id, conversation_id, part_id from moved order by id`
