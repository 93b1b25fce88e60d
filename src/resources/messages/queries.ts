// The SQL of accepting a message, and of reading what became of WhatsApp ones.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { AdminRow } from '#resources/admins/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { MessageType } from './check.ts'

export type MessageToAccept = {
  admin_id: string
  message_type: MessageType
  subject: string | null
  /** HTML for what is read as HTML, plain text for SMS. */
  body: string | null
  template: string | null
  locale: string | null
  components: object[] | null
  created_at: Date
  recipients: { contact_id: string; recipient_type: 'to' | 'cc' | 'bcc' }[]
}

export type Owner = Pick<AdminRow, 'id' | 'name' | 'email' | 'away_mode_enabled' | 'away_mode_reassign'>

/** `id` is null where nothing was accepted: the sender is no admin, or a recipient is unknown or has no address. */
export type Attempt = {
  id: string | null
  owner: Owner | null
  recipients: { contact_id: string; found: boolean; address: string | null }[]
}

/**
 * Accepts a message whole or not at all, in one statement: the message, a delivery for each recipient, and the event.
 * Everything that has to hold is looked up by the same statement, so one round trip is all that a message costs.
 */
export async function acceptMessage(workspace: Workspace, message: MessageToAccept): Promise<Attempt> {
  const { sql, id: workspace_id } = workspace
  const now = workspace.now()
  const [attempt] = await sql<[Attempt]>`
    with sender as (
      select id, name, email, away_mode_enabled, away_mode_reassign from admins
      where workspace_id = ${workspace_id} and id = ${rowId(message.admin_id)} and not is_bot
    ),
    recipient as (
      select position, contact_id, recipient_type, contacts.id is not null as found, contacts.name,
        case ${message.message_type}
          when 'inapp' then contacts.id
          when 'email' then contacts.email
          else contacts.formatted_phone
        end as address
      from unnest(
        ${message.recipients.map((recipient) => recipient.contact_id)}::text[],
        ${message.recipients.map((recipient) => recipient.recipient_type)}::text[]
      ) with ordinality as wanted (contact_id, recipient_type, position)
      left join contacts on workspace_id = ${workspace_id} and contacts.id = contact_id and is_live
    ),
    message as (
      insert into messages (workspace_id, author_type, author_id, message_type, subject, body, template, locale,
        components, conversation_id, created_at)
      select ${workspace_id}, 'admin', sender.id, ${message.message_type}, ${message.subject}, ${message.body},
        ${message.template}, ${message.locale}, ${message.components && JSON.stringify(message.components)}::text::jsonb,
        nextval('conversation_ids'), ${message.created_at}
      from sender where not exists (select from recipient where address is null)
      returning id, conversation_id
    ),
    delivery as (
      insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id,
        recipient_type, address, name, created_at, updated_at)
      select ${workspace_id}, ${message.message_type}, message.id, message.id,
        case recipient_type when 'bcc' then nextval('conversation_ids') else conversation_id end,
        contact_id, recipient_type, address, recipient.name, ${now}, ${now}
      from message, recipient order by position
    ),
    event as (
      insert into events (workspace_id, topic, object_id, created_at)
      select ${workspace_id}, 'message.accepted', id, ${now} from message
    )
    select message.id, (select to_jsonb(sender) || jsonb_build_object('id', sender.id::text) from sender) as owner,
      (select jsonb_agg(jsonb_build_object('contact_id', contact_id, 'found', found, 'address', address)
        order by position) from recipient) as recipients
    from (select) as always left join message on true`
  return attempt
}

export type TemplateRow = { name: string; language: string; body: string }

export const findTemplate = (workspace: Workspace, name: string, language: string) =>
  one(workspace.sql<TemplateRow[]>`
    select name, language, body from whatsapp_templates
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
  (select template from messages where messages.workspace_id = deliveries.workspace_id and messages.id = message_id)`

/** What is still queued has no status that could be told yet. */
const ofRuleset = ({ sql }: Workspace, ruleset_id: string) => sql`
  ruleset_id = ${rowId(ruleset_id)} and channel = 'whatsapp' and status <> 'queued'`

/** Newest first by creation, which never moves: pages stay exact while statuses do not. */
export const listRuleset = (workspace: Workspace, ruleset_id: string, order: Order, page: Page) =>
  workspace.sql<WhatsAppDeliveryRow[]>`
    select ${whatsappColumns(workspace)}, ${cursorValue(workspace, order)} from deliveries
    where workspace_id = ${workspace.id} and ${ofRuleset(workspace, ruleset_id)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`

export const countRuleset = async (workspace: Workspace, ruleset_id: string): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from deliveries
    where workspace_id = ${workspace.id} and ${ofRuleset(workspace, ruleset_id)}`
  return Number(count)
}

export const findByProviderId = (workspace: Workspace, provider_id: string) =>
  one(workspace.sql<WhatsAppDeliveryRow[]>`
    select ${whatsappColumns(workspace)} from deliveries
    where workspace_id = ${workspace.id} and provider_id = ${provider_id} and channel = 'whatsapp'
      and status <> 'queued'`)
