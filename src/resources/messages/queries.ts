// The SQL to accept messages, and to read the statuses of WhatsApp messages.

import type { ChannelName } from '#channels/channel.ts'
import { batched } from '#db/batched.ts'
import { beyond, cursorValue, inOrder, type Order, type Page, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import { insertedDeliveries } from '#delivery/enqueue.ts'
import type { AdminRow } from '#resources/admins/queries.ts'
import { whatsappAddress } from '#resources/contacts/whatsapp-queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { messageEvents } from './topics.ts'

export type MessageToAccept = {
  admin_id: string
  message_type: ChannelName
  subject: string | null
  /** Plain text for SMS, else HTML. */
  body: string | null
  template: string | null
  locale: string | null
  components: object[] | null
  subscription_type_id?: string | null
  created_at: Date
  /** Of the request, if its trace is recorded. */
  traceparent?: string | undefined
  recipients: { contact_id: string; recipient_type: 'to' | 'cc' | 'bcc' }[]
}

export type Owner = Pick<AdminRow, 'id' | 'name' | 'email' | 'away_mode_enabled' | 'away_mode_reassign'>

/**
 * `id` is null if the message was not accepted: the sender is not an admin, or a recipient is unknown or has no
 * address.
 */
export type Attempt = {
  id: string | null
  owner: Owner | null
  recipients: { contact_id: string; found: boolean; address: string | null }[]
}

/**
 * Accepts messages in one statement: the message, a delivery for each recipient, and the event. Each is accepted
 * completely or not at all. The same statement looks up the sender and the recipients, so messages of the same moment
 * need one round trip and one commit. The look-ups are lateral joins: PostgreSQL cannot estimate how few rows they
 * need, and would else read all contacts.
 */
export function acceptMessages(workspace: Workspace, messages: MessageToAccept[]): Promise<Attempt[]> {
  const { sql, id: workspace_id } = workspace
  const now = workspace.now()
  return sql<Attempt[]>`
    with requested as materialized (
      select requested.*, to_jsonb(sender) || jsonb_build_object('id', sender.id::text) as owner
      from json_to_recordset(${JSON.stringify(messages.map(asRow))}::text::json) as requested (
        position int, admin_id bigint, message_type text, subject text, body text, template text, locale text,
        components jsonb, subscription_type_id bigint, created_at timestamptz, traceparent text, contact_ids text[], recipient_types text[])
      left join lateral (
        select id, name, email, away_mode_enabled, away_mode_reassign from admins
        where workspace_id = ${workspace_id} and id = admin_id and not is_bot limit 1
      ) sender on true
    ),
    recipient as materialized (
      select position, line, contact_id, recipient_type, contact.id is not null as found, contact.name,
        case message_type when 'inapp' then contact.id when 'email' then email
          when 'whatsapp' then ${whatsappAddress(sql, workspace_id, sql`contact`)} else formatted_phone end as address
      from requested
      cross join unnest(contact_ids, recipient_types) with ordinality as given (contact_id, recipient_type, line)
      left join lateral (
        select id, name, email, formatted_phone from contacts
        where workspace_id = ${workspace_id} and id = contact_id and is_live limit 1
      ) contact on true
    ),
    accepted as materialized (
      select requested.*, nextval(pg_get_serial_sequence('messages', 'id')) as id, nextval('conversation_ids') as conversation_id
      from requested
      where owner is not null
        and not exists (select from recipient where recipient.position = requested.position and address is null)
    ),
    message as (
      insert into messages (workspace_id, id, author_type, author_id, message_type, subject, body, template, locale,
        components, subscription_type_id, conversation_id, created_at)
      select ${workspace_id}, id, 'admin', admin_id, message_type, subject, body, template, locale, components,
        subscription_type_id, conversation_id, created_at
      from accepted
    ),
    delivery as (
      ${insertedDeliveries(
        sql,
        sql`
        select ${workspace_id}, message_type, accepted.id, accepted.id, 0,
          case recipient_type when 'bcc' then nextval('conversation_ids') else conversation_id end,
          contact_id, recipient_type, address, recipient.name, null::text[], ${now}, ${now},
          traceparent
        from accepted join recipient using (position) order by position, line`,
      )}
    ),
    event as (
      ${messageEvents.insertFrom(
        sql,
        'message.accepted',
        sql`
        select ${workspace_id}::text as workspace_id, id as object_id, '{}'::jsonb as details, 'admin' as actor_type,
          admin_id as actor_id, ${now}::timestamptz as created_at
        from accepted`,
      )}
    )
    select accepted.id, requested.owner,
      (select jsonb_agg(jsonb_build_object('contact_id', contact_id, 'found', found, 'address', address)
        order by line) from recipient where recipient.position = requested.position) as recipients
    from requested left join accepted using (position)
    order by position`
}

/** Messages of the same moment share a statement. */
export const acceptMessage = batched(acceptMessages)

const asRow = ({ admin_id, recipients, ...message }: MessageToAccept, position: number) => ({
  ...message,
  position,
  admin_id: rowId(admin_id),
  contact_ids: recipients.map(({ contact_id }) => contact_id),
  recipient_types: recipients.map(({ recipient_type }) => recipient_type),
})

type Named = { id?: string | undefined; user_id?: string | undefined; email?: string | undefined }

/** Returns whether one of these contacts was created after `since`. */
export async function anyCreatedAfter({ sql, id: workspace_id }: Workspace, named: Named[], since: Date) {
  const all = (key: keyof Named) => named.flatMap((one) => one[key] ?? [])
  const { count } = await sql`
    select from contacts
    where workspace_id = ${workspace_id} and is_live and created_at > ${since}
      and (id = any(${all('id')}) or external_id = any(${all('user_id')})
        or lower(email) = any(select lower(email) from unnest(${all('email')}::text[]) email))
    limit 1`
  return count > 0
}

export const TEMPLATE_CATEGORIES = ['AUTHENTICATION', 'MARKETING', 'UTILITY'] as const

export type TemplateRow = {
  name: string
  language: string
  category: (typeof TEMPLATE_CATEGORIES)[number]
  body: string
}

/** A template of the same name and language is replaced. */
export const saveTemplate = ({ sql, id }: Workspace, { name, language, category, body }: TemplateRow) => sql`
  insert into whatsapp_templates (workspace_id, name, language, category, body)
  values (${id}, ${name}, ${language}, ${category}, ${body})
  on conflict (workspace_id, name, language) do update set category = excluded.category, body = excluded.body`

export const listTemplates = (workspace: Workspace) => workspace.sql<TemplateRow[]>`
  select name, language, category, body from whatsapp_templates
  where workspace_id = ${workspace.id} order by name, language limit 1000`

export const findTemplate = (workspace: Workspace, name: string, language: string) =>
  one(workspace.sql<TemplateRow[]>`
    select name, language, category, body from whatsapp_templates
    where workspace_id = ${workspace.id} and name = ${name} order by language <> ${language} limit 1`)

export type WhatsAppDeliveryRow = {
  id: string
  conversation_id: string
  contact_id: string
  status: string
  provider_id: string | null
  template: string | null
  error_code: string | null
  error_reason: string | null
  error_details: string | null
  created_at: Date
  updated_at: Date
  cursor_value: string
}

const whatsappColumns = ({ sql }: Workspace) => sql`
  id, conversation_id, contact_id, status, provider_id, error_code, error_reason, error_details, created_at, updated_at,
  (select template from messages where messages.workspace_id = deliveries.workspace_id and messages.id = message_id
    and part_id is null)`

/** Queued deliveries have no status to report yet. Replies in the conversations are not part of the ruleset. */
const ofRuleset = ({ sql }: Workspace, ruleset_id: string) => sql`
  ruleset_id = ${rowId(ruleset_id)} and channel = 'whatsapp' and part_id is null and status <> 'queued'`

/**
 * Returns a page of a ruleset's events, newest first by creation time, which never changes, and their total count. Both
 * are from the same snapshot, although statuses change. The count of a broadcast comes from its tallies.
 */
export async function pageOfRuleset(workspace: Workspace, ruleset_id: string, order: Order, page: Page) {
  const { sql, id } = workspace
  const rows = await sql<(WhatsAppDeliveryRow & { total_count: number })[]>`
    with page as (
      select ${whatsappColumns(workspace)}, ${cursorValue(workspace, order)} from deliveries
      where workspace_id = ${id} and ${ofRuleset(workspace, ruleset_id)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ),
    total as (
      select coalesce(
        (select sum(sent + delivered + read + failed - removed) from broadcast_tallies
          where workspace_id = ${id} and broadcast_id = ${rowId(ruleset_id)}),
        (select count(*) from deliveries where workspace_id = ${id} and ${ofRuleset(workspace, ruleset_id)})
      )::int as total_count
    )
    select page.*, total_count from total left join page on true order by page.created_at desc, page.id desc`
  const { total_count } = rows[0]!
  return pageResult(
    rows.filter((row) => row.id !== null),
    page,
    async () => total_count,
  )
}

export const findByProviderId = (workspace: Workspace, provider_id: string) =>
  one(workspace.sql<WhatsAppDeliveryRow[]>`
    select ${whatsappColumns(workspace)} from deliveries
    where workspace_id = ${workspace.id} and provider_id = ${provider_id} and channel = 'whatsapp'
      and status <> 'queued'`)

/** Makes a user the author of what another contact wrote as the first messages of these conversations. */
export const reassignMessages = (workspace: Workspace, conversation_ids: string[], from: string, into: string) =>
  workspace.sql`
    update messages set author_type = 'user', author_id = ${into}
    where workspace_id = ${workspace.id} and conversation_id = any(${conversation_ids}::bigint[])
      and author_type in ('user', 'lead') and author_id = ${from}`
