// Reports on deliveries, from providers and readers: delivered, read, bounced. They come late, twice, out of order, and at times
// before the outcome of the attempt itself is written.
import type { ChannelName, Remark, StatusUpdate } from '#channels/channel.ts'
import { type Fragment, one, rowId, type Sql } from '#db/sql.ts'
import type { Recipients } from './recipients.ts'
import { REACHED_FROM } from './status.ts'
import { tally } from './tally.ts'

/**
 * Which delivery a report is about: by our id if the provider returns it, else by the provider's id. (A Message-ID belongs
 * to several deliveries, so reports on emails always have our id.) `attempt`: which attempt, if the provider returns that.
 */
export type Meant = { workspace_id: string; channel: ChannelName } & (
  | { delivery_id: string; provider_id?: string; attempt?: number }
  | { delivery_id?: undefined; provider_id: string; attempt?: undefined }
)

export type Reported = { id: string; contact_id: string; moved: boolean }

/**
 * Moves the delivery up in the order of statuses, adds the report to its history, and updates the contact's record, in one
 * statement. Returns undefined if there is no such delivery. The same report again changes nothing and is not stored;
 * neither is the failure of an attempt if there is a later attempt or a retry was requested, unless the message of that
 * attempt is the only one that the provider is known to have.
 * `at` is when it happened, as the provider says.
 */
export function report(
  sql: Sql,
  recipients: Recipients,
  meant: Meant,
  word: StatusUpdate,
  at = new Date(),
): Promise<Reported | undefined> {
  const { workspace_id, channel, delivery_id, provider_id = null, attempt = null } = meant
  const { status, code = null, reason = null, details = null, answer = null } = word
  const { hard_bounce = false, spam_complaint = false, unsubscribe = false } = word
  const failed = status === 'failed'
  const leaves = (name: ChannelName) => unsubscribe && channel === name
  const which = delivery_id === undefined ? sql`provider_id = ${provider_id}` : sql`id = ${rowId(delivery_id)}`
  return one(sql<Reported[]>`
    with meant as (
      select id, contact_id, attempts, status, provider_id, broadcast_id from deliveries
      where workspace_id = ${workspace_id} and channel = ${channel} and ${which}
      for update
    ),
    moved as (
      update deliveries set status = ${status}, provider_id = coalesce(deliveries.provider_id, ${provider_id}),
        error_code = ${failed ? code : null}, error_reason = ${failed ? reason : null},
        error_details = ${failed ? details : null}, updated_at = greatest(updated_at, ${at}::timestamptz)
      from meant
      where workspace_id = ${workspace_id} and deliveries.id = meant.id and meant.status = any(${REACHED_FROM[status]})
        and not (${failed && attempt !== null}
          and (meant.status <> 'sent' or meant.provider_id is distinct from ${provider_id})
          and (meant.attempts > ${attempt} or exists (
            select from delivery_history earlier
            where earlier.workspace_id = ${workspace_id} and delivery_id = meant.id and event = 'retried'
              and attempt >= ${attempt})))
      returning deliveries.workspace_id, deliveries.id, meant.broadcast_id, meant.status as was, deliveries.status
    ),
    tally as (${tally(sql)}),
    changes as (
      select ${workspace_id}::text as workspace_id, contact_id, false as contacted, ${hard_bounce}::bool as hard_bounce,
        ${spam_complaint}::bool as spam_complaint, ${leaves('email')}::bool as leaves_emails,
        ${leaves('sms')}::bool as leaves_sms, ${leaves('whatsapp')}::bool as leaves_whatsapp, ${at}::timestamptz as at
      from meant where ${hard_bounce || spam_complaint || unsubscribe}
    ),
    learned as (${recipients.update(sql, sql`changes`)}),
    event as (
      ${recipients.insertEvents(sql, sql`changes`)}
    ),
    history as (
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, answer, at)
      select ${workspace_id}, id, 'report', case when exists (select from moved) then ${status} else status end, attempts,
        ${code}, ${reason}, ${answer}, ${at}
      from meant where exists (select from moved) or exists (select from learned)
    )
    select id, contact_id, exists (select from moved) as moved from meant`)
}

/** Keeps a word that changes nothing, such as that a mail is still on its way, in the delivery's history. */
export const note = (
  sql: Sql,
  { workspace_id, channel, delivery_id }: { workspace_id: string; channel: ChannelName; delivery_id: string },
  { code = '', reason = '', answer = '' }: Remark,
  at = new Date(),
) => sql`
  insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, answer, at)
  select workspace_id, id, 'report', status, attempts, nullif(${code}, ''), nullif(${reason}, ''), nullif(${answer}, ''),
    ${at}
  from deliveries where workspace_id = ${workspace_id} and channel = ${channel} and id = ${rowId(delivery_id)}`

/** One delivery that a word on many moved. */
export type Moved = { id: string; contact_id: string; conversation_id: string }

/**
 * The same word on many in-app deliveries of a workspace, in one statement: a messenger takes, and its contact reads, all
 * that there is. `which` is a condition on deliveries. What has come as far already is left as it is.
 */
export const reportInApp = (sql: Sql, workspace_id: string, which: Fragment, status: 'delivered' | 'read', at: Date) =>
  sql<Moved[]>`
    with meant as (
      select id, attempts from deliveries
      where workspace_id = ${workspace_id} and channel = 'inapp' and ${which} and status = any(${REACHED_FROM[status]})
      order by id for update
    ),
    moved as (
      update deliveries set status = ${status}, error_code = null, error_reason = null, error_details = null,
        updated_at = greatest(updated_at, ${at}::timestamptz)
      from meant where workspace_id = ${workspace_id} and deliveries.id = meant.id
      returning deliveries.id, contact_id, conversation_id
    ),
    history as (
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, at)
      select ${workspace_id}, id, 'report', ${status}, attempts, ${at} from meant
    )
    select id, contact_id, conversation_id from moved order by id`
