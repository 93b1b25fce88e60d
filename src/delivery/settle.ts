// Writes the outcomes of attempts, many in one statement: statuses, history, captured messages, and changes of contacts.
import type { Captured, Outcome, Outgoing, Remark, Status } from '#channels/channel.ts'
import type { Pool } from '#db/sql.ts'
import { insertChanges } from '#events/changes.ts'
import { storable } from '#lib/text.ts'
import { type Effect, effectOf } from './effect.ts'
import { ENDED } from './end.ts'
import { insertMoves } from './moves.ts'
import type { Recipients } from './recipients.ts'
import { nextWait, type RetryPolicy } from './retry.ts'
import { advance } from './status.ts'
import { tally } from './tally.ts'

/** One entry of a delivery's history. */
type Entry = { event: 'attempt' | 'report' | 'given_up'; status: Status; effect?: Effect | undefined } & Remark

/** The result of one attempt: the final status, or the wait until the next attempt. */
export type Settlement = {
  outgoing: Outgoing
  /** By the workspace's clock. */
  at: Date
  status: Status
  provider_id?: string
  remark: Remark
  wait_ms: number | null
  history: Entry[]
  captured?: Captured
  contacted: boolean
  hard_bounce: boolean
  spam_complaint: boolean
  unsubscribe: boolean
}

/** Returns the result of an outcome, without I/O. `now` is the time by the workspace's clock. */
export function settlement(outgoing: Outgoing, outcome: Outcome, policy: RetryPolicy, now: Date): Settlement {
  if (outcome.outcome === 'sent') return sent(outgoing, outcome, now)
  if (outcome.outcome === 'failed') return failed(outgoing, outcome, now)
  const age_ms = now.getTime() - outgoing.queued_at.getTime()
  const wait_ms = nextWait(policy, { attempt: outgoing.attempt, age_ms, retry_after: outcome.retry_after ?? 0 })
  if (wait_ms === null) return givenUp(outgoing, outcome, now)
  const remark = remarkOf(outcome)
  return {
    ...NOTHING_ELSE,
    outgoing,
    at: now,
    status: 'queued',
    remark,
    wait_ms,
    history: [{ event: 'attempt', status: 'queued', ...remark }],
  }
}

const NOTHING_ELSE = { wait_ms: null, contacted: false, hard_bounce: false, spam_complaint: false, unsubscribe: false }

const remarkOf = ({ code, reason, details, answer }: Remark): Remark => ({
  ...(code && { code }),
  ...(reason && { reason }),
  ...(details && { details }),
  ...(answer && { answer }),
})

function sent(outgoing: Outgoing, outcome: Extract<Outcome, { outcome: 'sent' }>, at: Date): Settlement {
  const { provider_id, then = [], captured } = outcome
  const history: Entry[] = [{ event: 'attempt', status: 'sent', ...remarkOf(outcome) }]
  let status: Status = 'sent'
  for (const report of then) {
    status = advance(status, report.status)
    history.push({ event: 'report', status, effect: effectOf(report), ...remarkOf(report) })
  }
  const last = then.at(-1)
  return {
    outgoing,
    at,
    status,
    provider_id,
    remark: last && status === 'failed' ? remarkOf(last) : {},
    wait_ms: null,
    history,
    ...(captured && { captured }),
    contacted: true,
    hard_bounce: then.some((report) => report.hard_bounce),
    spam_complaint: then.some((report) => report.spam_complaint),
    unsubscribe: then.some((report) => report.unsubscribe),
  }
}

function failed(outgoing: Outgoing, outcome: Extract<Outcome, { outcome: 'failed' }>, at: Date): Settlement {
  const { hard_bounce = false, unsubscribe = false } = outcome
  const remark = remarkOf(outcome)
  return {
    ...NOTHING_ELSE,
    outgoing,
    at,
    status: 'failed',
    remark,
    hard_bounce,
    unsubscribe,
    history: [{ event: 'attempt', status: 'failed', effect: effectOf(outcome), ...remark }],
  }
}

function givenUp(outgoing: Outgoing, outcome: Remark, at: Date): Settlement {
  const remark = remarkOf(outcome)
  const history: Entry[] = [
    { event: 'attempt', status: 'queued', ...remark },
    {
      event: 'given_up',
      status: 'failed',
      ...remark,
      reason: `Given up after ${outgoing.attempt} attempts: ${outcome.reason}`,
    },
  ]
  return { ...NOTHING_ELSE, outgoing, at, status: 'failed', remark, history }
}

/**
 * Writes settlements.
 *
 * - A delivery that has a later status by now keeps it.
 * - A delivery that was canceled during the attempt becomes `sent` if the attempt succeeded; otherwise it stays canceled.
 * - Writing the same settlements twice, after a lost connection, adds nothing to the history.
 * - Deliveries are locked before contacts, as in applyStatusUpdate(), so that the two cannot deadlock. The current status
 *   is read under the lock, so that a simultaneous status update is not lost.
 */
export async function settle(sql: Pool, recipients: Recipients, settlements: readonly Settlement[]): Promise<void> {
  await sql`
    with settled as (
      select * from jsonb_to_recordset(${json(settlements.map(deliveryRow))}::text::jsonb) as row (
        workspace_id text, id bigint, status text, provider_id text, code text, reason text, details text,
        wait_ms bigint, at timestamptz)
    ),
    locked as materialized (
      select current.* from (select workspace_id, id, status from settled order by workspace_id, id) settled
      cross join lateral (
        select workspace_id, id, broadcast_id, deliveries.status as was,
          deliveries.status = 'queued' or (deliveries.status = 'failed' and error_code = any(${ENDED})
            and settled.status not in ('queued', 'failed')) as is_open
        from deliveries
        where workspace_id = settled.workspace_id and id = settled.id limit 1 for update
      ) current
    ),
    moved as (
      update deliveries set
        status = case when locked.is_open then settled.status else deliveries.status end,
        provider_id = coalesce(settled.provider_id, deliveries.provider_id),
        error_code = case when locked.is_open then settled.code else error_code end,
        error_reason = case when locked.is_open then settled.reason else error_reason end,
        error_details = case when locked.is_open then settled.details else error_details end,
        due_at = coalesce(now() + settled.wait_ms * interval '1 millisecond', due_at),
        updated_at = settled.at
      from settled join locked using (workspace_id, id)
      where deliveries.workspace_id = settled.workspace_id and deliveries.id = settled.id
      returning deliveries.workspace_id, deliveries.id, deliveries.contact_id, deliveries.conversation_id,
        deliveries.address, locked.broadcast_id, was, deliveries.status as status
    ),
    tally as (${tally(sql)}),
    moves as (${insertMoves(sql)}),
    history as (
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, code, reason, answer, effect, at)
      select workspace_id, row.delivery_id, event,
        case when row.status = 'queued' then moved.status else row.status end, attempt, code, reason, answer, effect, at
      from jsonb_to_recordset(${json(settlements.flatMap(historyRows))}::text::jsonb) as row (
        workspace_id text, delivery_id bigint, event text, status text, attempt int, code text, reason text,
        answer text, effect text, at timestamptz)
      join moved using (workspace_id)
      where moved.id = row.delivery_id and not exists (
        select from delivery_history written
        where written.workspace_id = row.workspace_id and written.delivery_id = row.delivery_id
          and written.attempt = row.attempt and written.event = 'attempt')
    ),
    captured as (
      insert into captured_messages (workspace_id, delivery_id, channel, sender, recipient, subject, rendered,
        captured_at)
      select workspace_id, delivery_id, channel, sender, recipient, subject, rendered, at
      from jsonb_to_recordset(${json(settlements.flatMap(capturedRow))}::text::jsonb) as row (
        workspace_id text, delivery_id bigint, channel text, sender text, recipient text, subject text,
        rendered jsonb, at timestamptz)
      on conflict do nothing
      returning workspace_id, id, delivery_id
    ),
    shown as (${insertChanges(
      sql,
      'message.captured',
      sql`
        select captured.workspace_id, captured.id as object_id, conversation_id
        from captured join moved on moved.workspace_id = captured.workspace_id and moved.id = delivery_id`,
    )}),
    changes as (
      select moved.workspace_id, moved.contact_id, bool_or(contacted) as contacted, bool_or(hard_bounce) as hard_bounce,
        bool_or(spam_complaint) as spam_complaint, bool_or(leaves_emails) as leaves_emails,
        bool_or(leaves_sms) as leaves_sms, bool_or(leaves_whatsapp) as leaves_whatsapp, max(at) as at,
        array_agg(lower(address)) filter (where hard_bounce or spam_complaint) as bounced_at
      from jsonb_to_recordset(${json(settlements.flatMap(contactRow))}::text::jsonb) as row (
        workspace_id text, delivery_id bigint, contacted bool, hard_bounce bool, spam_complaint bool, leaves_emails bool,
        leaves_sms bool, leaves_whatsapp bool, at timestamptz)
      join moved on moved.workspace_id = row.workspace_id and moved.id = row.delivery_id
      group by 1, 2 order by 1, 2
    ),
    events as (
      ${recipients.insertEvents(sql, sql`changes`)}
    )
    ${recipients.update(sql, sql`changes`)}`
}

/**
 * Removes characters that PostgreSQL cannot store. A provider's text can contain them, or end in the middle of a character,
 * and one such row would block its whole batch.
 */
const json = (rows: object[]) =>
  JSON.stringify(rows, (_, value) => (typeof value === 'string' ? storable(value) : value))

const deliveryRow = ({ outgoing, at, status, provider_id, remark, wait_ms }: Settlement) => ({
  workspace_id: outgoing.workspace_id,
  id: outgoing.id,
  status,
  provider_id,
  code: remark.code,
  reason: remark.reason,
  details: remark.details,
  wait_ms,
  at,
})

const historyRows = ({ outgoing, at, history }: Settlement) =>
  history.map((entry) => ({
    workspace_id: outgoing.workspace_id,
    delivery_id: outgoing.id,
    attempt: outgoing.attempt,
    at,
    ...entry,
  }))

const capturedRow = ({ outgoing, at, captured }: Settlement) =>
  captured
    ? [{ workspace_id: outgoing.workspace_id, delivery_id: outgoing.id, channel: outgoing.channel, at, ...captured }]
    : []

const contactRow = ({ outgoing, at, contacted, hard_bounce, spam_complaint, unsubscribe }: Settlement) =>
  contacted || hard_bounce || spam_complaint || unsubscribe
    ? [
        {
          workspace_id: outgoing.workspace_id,
          delivery_id: outgoing.id,
          contacted,
          hard_bounce,
          spam_complaint,
          leaves_emails: unsubscribe && outgoing.channel === 'email',
          leaves_sms: unsubscribe && outgoing.channel === 'sms',
          leaves_whatsapp: unsubscribe && outgoing.channel === 'whatsapp',
          at,
        },
      ]
    : []
