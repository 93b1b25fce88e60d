// Queries that find the conversation of a received mail, or the deliveries of a report.
import type { NamedMail } from '#channels/email/addresses.ts'
import type { Answered } from '#channels/email/inbound/meaning.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import { addressMatches } from '#resources/contacts/address-queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The address that the workspace sends email from, and the domain whose mail it receives. */
export type MailAccount = { id: string; from: string | null; reply_domain: string | null }

export const findMailAccount = (sql: Sql, workspace_id: string) =>
  one(sql<MailAccount[]>`
    select id, settings->>'from' as from, key as reply_domain from channel_accounts
    where workspace_id = ${workspace_id} and channel = 'email'`)

export const listSendingAddresses = async (sql: Sql, workspace_ids: string[]): Promise<string[]> => {
  const rows = await sql<{ from: string }[]>`
    select settings->>'from' as from from channel_accounts
    where workspace_id = any(${workspace_ids}) and channel = 'email' and settings->>'from' is not null`
  return rows.map(({ from }) => from)
}

/** The bot has no mailbox. */
export const listAdminAddresses = async (sql: Sql, workspace_id: string): Promise<string[]> => {
  const rows = await sql<{ email: string }[]>`
    select email from admins where workspace_id = ${workspace_id} and not is_bot`
  return rows.map(({ email }) => email)
}

export type AnsweredDelivery = {
  message_id: string
  conversation_id: string
  conversation_deleted: boolean
  contact_id: string
  address: string
}

export const findDelivery = (workspace: Workspace, id: string) =>
  one(workspace.sql<AnsweredDelivery[]>`
    select message_id, conversation_id, conversation_deleted, contact_id, address from deliveries
    where workspace_id = ${workspace.id} and channel = 'email' and id = ${rowId(id)}`)

/** Mail servers give a mail up after five days at most. */
const BOUNCES_COME_WITHIN_DAYS = 7

/**
 * Finds the deliveries of a mail that a report is about, by the reported addresses or the contact: a mail can have
 * several. If its Message-ID is not signed, an address counts for a delivery that an older release sent with this very
 * Message-ID, and only for a few days; the contact has proved itself.
 */
export const listDeliveriesOf = async (
  workspace: Workspace,
  mail: NamedMail & { message_id: string },
  who: { recipients: string[]; contact_id: string | null },
): Promise<string[]> => {
  const { sql } = workspace
  const addresses = who.recipients.map((address) => address.toLowerCase())
  const is_believed = mail.is_signed
    ? sql`true`
    : sql`lower(provider_id) = ${mail.message_id.toLowerCase()}
        and updated_at > ${workspace.now()}::timestamptz - ${BOUNCES_COME_WITHIN_DAYS} * interval '1 day'`
  const rows = await sql<{ id: string }[]>`
    select id from deliveries
    where workspace_id = ${workspace.id} and channel = 'email' and ${deliveriesOf(workspace, mail)}
      and ((lower(address) = any(${addresses}::text[]) and ${is_believed}) or contact_id = ${who.contact_id})
    limit 100`
  return rows.map(({ id }) => id)
}

const deliveriesOf = (workspace: Workspace, { kind, id }: NamedMail) =>
  kind === 'part'
    ? workspace.sql`part_id = ${id} and message_id = ${messageOfPart(workspace, id)}`
    : workspace.sql`message_id = ${id} and part_id is null`

/** Finds the message of a part, because deliveries have an index on it. */
const messageOfPart = ({ sql, id }: Workspace, part_id: string) => sql`(
  select source_id from conversation_parts parts
  join conversations on conversations.workspace_id = ${id} and conversations.id = conversation_id
  where parts.workspace_id = ${id} and parts.id = ${part_id})`

export type Participant = { conversation_id: string; contact_id: string }

const MAX_CONTACTS = 20

/** The contacts that this address identifies. There can be several: a user, and older leads. */
const people = ({ sql, id }: Workspace, email: string) => sql`(
  select id from contacts
  where workspace_id = ${id} and lower(email) = lower(${email}) and is_live and ${addressMatches(sql, id, 'email')}
  order by not email_trusted, role = 'lead', coalesce(last_seen_at, last_replied_at, updated_at) desc, id limit ${MAX_CONTACTS}) people`

/** Whether one of them is a participant of the conversation, or got the message that can become it. */
const isParticipant = ({ sql, id }: Workspace) => sql`(
  exists (select from conversation_contacts participants where participants.workspace_id = ${id}
    and participants.conversation_id = candidates.conversation_id and participants.contact_id = people.id)
  or exists (select from deliveries where deliveries.workspace_id = ${id} and deliveries.contact_id = people.id
    and deliveries.conversation_id = candidates.conversation_id and ${reserves(sql)}))`

/** Returns the participant of the conversation with this address. */
export const findParticipant = (workspace: Workspace, conversation_id: string, email: string) =>
  one(workspace.sql<Participant[]>`
    select candidates.conversation_id, people.id as contact_id
    from (select ${conversation_id}::bigint as conversation_id) candidates cross join ${people(workspace, email)}
    where ${isParticipant(workspace)} limit 1`)

/**
 * Returns the conversation of the nearest answered mail in which a contact with this address is a participant. That is
 * required because a Message-ID is no secret, and need not be signed here: strangers can name our mails too.
 */
export const findAnswered = (workspace: Workspace, answers: readonly Answered[], email: string) => {
  const { sql, id } = workspace
  const ours = (kind: NamedMail['kind']) =>
    answers.map((answer) => (answer.ours?.kind === kind ? answer.ours.id : null))
  return one(sql<Participant[]>`
    with named as (
      select * from unnest(${answers.map(({ message_id }) => message_id)}::text[], ${ours('message')}::bigint[],
        ${ours('part')}::bigint[]) with ordinality as named (mail_id, message_id, part_id, nearness)
    ), people as (select * from ${people(workspace, email)}), candidates as (
      select nearness, conversation_id from named join conversation_mails mails
        on mails.workspace_id = ${id} and mails.message_id = mail_id
      union all
      select nearness, conversation_id from named join conversation_parts parts
        on parts.workspace_id = ${id} and parts.id = part_id
      union all
      select nearness, conversation_id from named join messages
        on messages.workspace_id = ${id} and messages.id = named.message_id
      union all
      select nearness, conversation_id from named join deliveries
        on deliveries.workspace_id = ${id} and deliveries.message_id = named.message_id
        and contact_id in (select id from people) and deliveries.part_id is null
    )
    select candidates.conversation_id, people.id as contact_id
    from candidates cross join people
    where ${isParticipant(workspace)}
    order by nearness limit 1`)
}
