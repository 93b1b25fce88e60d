// The SQL of the export of deliveries: SELECTs as text, for COPY.
import { literal } from '#db/copy.ts'
import { ENDED } from '#delivery/end.ts'
import { SUPPRESSION_CODES } from '#delivery/suppress.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The deliveries that reached a provider or a messenger in this time, both included. */
export type Period = { from: Date; to: Date }
/** Ids: after the first, up to the second. */
export type Chunk = { after: string; upto: string }

/**
 * The columns of the receipts, and the SQL of those whose values this server has. The order is that of Intercom's files.
 */
const COLUMNS: [name: string, sql?: string][] = [
  ['user_id', 'contacts.id'],
  ['user_external_id', 'contacts.external_id'],
  ['company_id', "coalesce(company.id, '-1')"],
  ['company_external_id', 'company.company_id'],
  ['email', 'contacts.email'],
  ['name', 'contacts.name'],
  ['ruleset_id', 'receipts.ruleset_id'],
  ['content_id', 'receipts.message_id'],
  ['content_type', "case receipts.channel when 'inapp' then 'chat' else receipts.channel end"],
  ['content_title', "coalesce(nullif(broadcast.name, ''), nullif(messages.subject, ''), messages.template)"],
  ['created_via'],
  ['device'],
  ['ruleset_version_id', 'receipts.message_id'],
  ['receipt_id', 'receipts.id'],
  ['received_at', 'receipts.received_at'],
  ['conversation_id', 'reply.conversation_id'],
  ['series_id', "'-1'"],
  ['series_title'],
  ['node_id'],
  ['first_reply', 'reply.replied_at'],
  ['first_completion'],
  ['first_series_completion'],
  ['first_series_disengagement'],
  ['first_series_exit'],
  ['first_goal_success'],
  ['first_tour_step_failure'],
  ['first_tour_step_view'],
  ['first_reaction'],
  ['first_open', 'opened_at'],
  ['first_click'],
  ['first_dismissal'],
  ['first_collected_email'],
  ['first_unsubscribe', 'unsubscribed_at'],
  ['first_hard_bounce', 'hard_bounced_at'],
  ['first_soft_bounce', 'soft_bounced_at'],
  ['first_spam_complaint', 'spam_complained_at'],
  ['first_permission_grant'],
  ['first_button_tap'],
  ['first_screen_view'],
  ['first_webhook_failure'],
  ['first_sms_failure', 'sms_failed_at'],
  ['first_whatsapp_failure', 'whatsapp_failed_at'],
  ['first_push_failure'],
  ['first_answer'],
  ['first_keyword_reply'],
]

export const RECEIPT_HEADER = COLUMNS.map(([name]) => name).join(',')

/** Cheaper than the history, and few deliveries have it. */
const REPLIED = `exists (
  select from conversation_parts parts
  where parts.workspace_id = deliveries.workspace_id and parts.conversation_id = deliveries.conversation_id
    and parts.author_type in ('user', 'lead'))`

/** `time`: the column of the file. `of`: which deliveries can have one at all, so that the others are not looked at. */
export const STATISTICS = {
  open: { time: 'opened_at', of: "status = 'read'" },
  reply: { time: 'replied_at', of: REPLIED },
  unsubscribe: { time: 'unsubscribed_at', of: withEffect('unsubscribe') },
  hard_bounce: { time: 'hard_bounced_at', of: withEffect('hard_bounce') },
  soft_bounce: { time: 'soft_bounced_at', of: "status = 'failed' and channel = 'email'" },
  spam_complaint: { time: 'spam_complained_at', of: withEffect('spam_complaint') },
  sms_failure: { time: 'sms_failed_at', of: "status = 'failed' and channel = 'sms'" },
  whatsapp_failure: { time: 'whatsapp_failed_at', of: "status = 'failed' and channel = 'whatsapp'" },
} as const
export type Statistic = keyof typeof STATISTICS

function withEffect(effect: string): string {
  return `exists (
    select from delivery_history caused
    where caused.workspace_id = deliveries.workspace_id and caused.delivery_id = deliveries.id
      and caused.effect = '${effect}')`
}

const NEVER_SENT = [...SUPPRESSION_CODES, ...ENDED].map(literal).join(', ')

const seconds = (time: Date) => `timestamptz ${literal(time.toISOString())}`

/** The first time of entries of the history for which the condition is true, in Unix seconds. */
const first = (condition: string) => `floor(extract(epoch from min(at) filter (where ${condition})))::bigint`

/** The deliveries of a chunk that were received in the period, with what their history says. In the order of their ids. */
const receipts = ({ id }: Pick<Workspace, 'id'>, { from, to }: Period, { after, upto }: Chunk, which = 'true') => `
  select deliveries.workspace_id, deliveries.id, ruleset_id, message_id, contact_id, channel, broadcast_id,
    deliveries.conversation_id, times.*
  from deliveries
  cross join lateral (
    select ${first('arrived')} as received_at,
      ${first("history.status = 'read'")} as opened_at,
      ${first("effect = 'unsubscribe'")} as unsubscribed_at,
      ${first("effect = 'hard_bounce'")} as hard_bounced_at,
      ${first("effect = 'spam_complaint'")} as spam_complained_at,
      ${first("failed and channel = 'email' and effect is null")} as soft_bounced_at,
      ${first("failed and channel = 'sms'")} as sms_failed_at,
      ${first("failed and channel = 'whatsapp'")} as whatsapp_failed_at,
      min(at) filter (where arrived) as arrived_at
    from (
      select at, delivery_history.status, effect,
        deliveries.status = 'failed' and ${FAILED} as failed,
        case when channel = 'inapp' then delivery_history.status in ('delivered', 'read')
          else delivery_history.status in ('sent', 'delivered', 'read') or ${FAILED} end as arrived
      from delivery_history
      where delivery_history.workspace_id = ${literal(id)} and delivery_id = deliveries.id and at <= ${seconds(to)}
    ) history
  ) times
  where deliveries.workspace_id = ${literal(id)} and deliveries.id > ${after} and deliveries.id <= ${upto}
    and part_id is null and created_at <= ${seconds(to)} and updated_at >= ${seconds(from)} and ${which}
    and arrived_at >= ${seconds(from)}
  order by deliveries.id`

/** Whether a provider refused it, by an entry of the history. What was never given to a provider has not failed there. */
const FAILED = `(delivery_history.status = 'failed' and event in ('attempt', 'report', 'given_up')
  and coalesce(code, '') not in (${NEVER_SENT}))`

/** The first comment of the contact in the conversation of the message, after it was received. */
const reply = ({ id }: Pick<Workspace, 'id'>, { to }: Period) => `
  lateral (
    select floor(extract(epoch from parts.created_at))::bigint as replied_at, parts.conversation_id
    from conversation_parts parts
    where parts.workspace_id = ${literal(id)} and parts.conversation_id = receipts.conversation_id
      and parts.created_at >= receipts.arrived_at and parts.created_at <= ${seconds(to)}
      and parts.author_id = receipts.contact_id and parts.author_type in ('user', 'lead') and parts.body is not null
    order by parts.created_at, parts.id limit 1
  ) reply on true`

export const selectReceipts = (workspace: Pick<Workspace, 'id'>, period: Period, chunk: Chunk): string => `
  select ${COLUMNS.map(([name, sql = 'null']) => `${sql} as ${name}`).join(', ')}
  from (${receipts(workspace, period, chunk)}) receipts
  join messages on messages.workspace_id = ${literal(workspace.id)} and messages.id = receipts.message_id
  left join contacts on contacts.workspace_id = ${literal(workspace.id)} and contacts.id = receipts.contact_id
  left join broadcasts broadcast on broadcast.workspace_id = ${literal(workspace.id)} and broadcast.id = receipts.broadcast_id
  left join lateral (
    select companies.id, companies.company_id from company_contacts
    join companies on companies.workspace_id = company_contacts.workspace_id and companies.id = company_contacts.company_id
    where company_contacts.workspace_id = ${literal(workspace.id)} and contact_id = receipts.contact_id
    order by company_contacts.created_at desc, company_contacts.company_id desc limit 1
  ) company on true
  left join ${reply(workspace, period)}
  order by receipts.id`

export function selectStatistic(
  workspace: Pick<Workspace, 'id'>,
  statistic: Statistic,
  period: Period,
  chunk: Chunk,
): string {
  const { time, of } = STATISTICS[statistic]
  return `
    select receipts.id, ${time}
    from (${receipts(workspace, period, chunk, `(${of})`)}) receipts
    ${statistic === 'reply' ? `join ${reply(workspace, period)}` : `where ${time} is not null`}
    order by receipts.id`
}

/** Returns the last id of the next `rows` deliveries; undefined after the last one. */
export async function endOfChunk({ sql, id }: Workspace, after: string, rows: number): Promise<string | undefined> {
  const [last] = await sql<{ id: string | null }[]>`
    select max(id) as id from (
      select id from deliveries where workspace_id = ${id} and id > ${after} order by id limit ${rows}
    ) next`
  return last?.id ?? undefined
}
