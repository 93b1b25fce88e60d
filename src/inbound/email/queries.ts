// Where a mail that came in belongs, and what it reports on.
import type { Answered } from '#channels/email/inbound/meaning.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** What the workspace sends email as, and the domain whose mail comes to it. */
export type MailAccount = { id: string; from: string | null; reply_domain: string | null }

export const findMailAccount = (sql: Sql, workspace_id: string) =>
  one(sql<MailAccount[]>`
    select id, settings->>'from' as from, key as reply_domain from channel_accounts
    where workspace_id = ${workspace_id} and channel = 'email'`)

export type AnsweredDelivery = { message_id: string; conversation_id: string; contact_id: string; address: string }

export const findDelivery = (workspace: Workspace, id: string) =>
  one(workspace.sql<AnsweredDelivery[]>`
    select message_id, conversation_id, contact_id, address from deliveries
    where workspace_id = ${workspace.id} and channel = 'email' and id = ${rowId(id)}`)

/** Several may have got it: the addresses that a report names tell which deliveries are meant, or the contact does. */
export const listDeliveriesOf = async (
  workspace: Workspace,
  mail: { kind: 'message' | 'part'; id: string },
  who: { recipients: string[]; contact_id: string | null },
): Promise<string[]> => {
  const { sql } = workspace
  const addresses = who.recipients.map((address) => address.toLowerCase())
  const rows = await sql<{ id: string }[]>`
    select id from deliveries
    where workspace_id = ${workspace.id} and channel = 'email'
      and ${mail.kind === 'part' ? sql`part_id = ${mail.id} and message_id = ${messageOfPart(workspace, mail.id)}` : sql`message_id = ${mail.id} and part_id is null`}
      and (lower(address) = any(${addresses}::text[]) or contact_id = ${who.contact_id})
    limit 100`
  return rows.map(({ id }) => id)
}

/** By the message, because there is an index for that. */
const messageOfPart = ({ sql, id }: Workspace, part_id: string) => sql`(
  select source_id from conversation_parts parts
  join conversations on conversations.workspace_id = ${id} and conversations.id = conversation_id
  where parts.workspace_id = ${id} and parts.id = ${part_id})`

export type Belonging = { conversation_id: string; contact_id: string }

const MOST_NAMESAKES = 20

/** Those with this address, of whom there may be several: users, and leads of times before. */
const people = ({ sql, id }: Workspace, email: string) => sql`(
  select id from contacts where workspace_id = ${id} and lower(email) = lower(${email}) and is_live
  order by role = 'lead', coalesce(last_seen_at, last_replied_at, updated_at) desc, id limit ${MOST_NAMESAKES}) people`

/** Whether one of them takes part in the conversation, or got the message that may become it. */
const takesPart = ({ sql, id }: Workspace) => sql`(
  exists (select from conversation_contacts taking_part where taking_part.workspace_id = ${id}
    and taking_part.conversation_id = candidates.conversation_id and taking_part.contact_id = people.id)
  or exists (select from deliveries where deliveries.workspace_id = ${id} and deliveries.contact_id = people.id
    and deliveries.conversation_id = candidates.conversation_id and part_id is null))`

/** Who with this address takes part in the conversation. */
export const findParticipant = (workspace: Workspace, conversation_id: string, email: string) =>
  one(workspace.sql<Belonging[]>`
    select candidates.conversation_id, people.id as contact_id
    from (select ${conversation_id}::bigint as conversation_id) candidates cross join ${people(workspace, email)}
    where ${takesPart(workspace)} limit 1`)

/**
 * The conversation of the nearest mail that is answered, of those in which whoever has this address takes part. Others
 * may name our mails too: a Message-ID is no secret.
 */
export const findAnswered = (workspace: Workspace, answers: readonly Answered[], email: string) => {
  const { sql, id } = workspace
  const ours = (kind: 'message' | 'part') =>
    answers.map((answer) => (answer.ours?.kind === kind ? answer.ours.id : null))
  return one(sql<Belonging[]>`
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
    where ${takesPart(workspace)}
    order by nearness limit 1`)
}

/** By its Message-ID answers find their way, ours name it, and others who got it may answer it too. */
export const insertConversationMail = (workspace: Workspace, message_id: string, conversation_id: string) =>
  workspace.sql`
    insert into conversation_mails (workspace_id, message_id, conversation_id, received_at)
    values (${workspace.id}, ${message_id}, ${conversation_id}, ${workspace.now()})
    on conflict do nothing`
