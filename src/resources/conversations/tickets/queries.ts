// The SQL of tickets: their creation and numbers, and what they write into the conversations that they are linked to.
import type { ChannelName } from '#channels/channel.ts'
import { one, rowId } from '#db/sql.ts'
import { botOf } from '#resources/admins/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, type TicketRow, withCalendar } from '../queries.ts'

export type NewTicket = {
  contact: { id: string; role: 'user' | 'lead' }
  channel: ChannelName
  source_type: ConversationRow['source_type']
  title: string
  ticket_type_id: string
  ticket_state_id: string
  ticket_attributes: Record<string, unknown>
  is_shared: boolean
  company_id: string | null
  created_at: Date
  /** What the contact wrote, if the contact created it: as text and as HTML. */
  written?: { body: string; html: string | null; url: string | null }
}

/** Inserts the ticket, still without a number, with the message to which answers refer and its participant. Returns its id. */
export async function insertTicket(workspace: Workspace, ticket: NewTicket): Promise<string> {
  const { sql, id } = workspace
  const { contact, channel, created_at, written } = ticket
  const replied_at = written ? created_at : null
  const inserted = await one(sql<{ id: string }[]>`
    with message as (
      insert into messages (workspace_id, author_type, author_id, message_type, subject, body, url, conversation_id, created_at)
      values (${id}, ${contact.role}, ${contact.id}, ${channel}, ${ticket.title}, ${written?.body ?? ''},
        ${written?.url ?? null}, nextval('conversation_ids'), ${created_at})
      returning id, conversation_id
    ), ticket as (
      insert into conversations
        (workspace_id, id, source_id, source_type, delivered_as, subject, body, author_type, author_id, url, waiting_since,
          first_contact_reply_at, first_contact_reply_type, first_contact_reply_url, last_contact_reply_at,
          ticket_type_id, ticket_state_id, ticket_attributes, is_shared, company_id, created_at, updated_at)
      select ${id}, conversation_id, id, ${ticket.source_type}, 'customer_initiated', ${ticket.title},
        ${written?.html ?? null}, ${contact.role}, ${contact.id}, ${written?.url ?? null}, ${replied_at}::timestamptz,
        ${replied_at}::timestamptz, ${written ? ticket.source_type : null}, ${written?.url ?? null},
        ${replied_at}::timestamptz, ${ticket.ticket_type_id}, ${ticket.ticket_state_id},
        ${JSON.stringify(ticket.ticket_attributes)}::text::jsonb, ${ticket.is_shared}, ${ticket.company_id}, ${created_at},
        ${workspace.now()}
      from message
    ), taking_part as (
      insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
      select ${id}, conversation_id, ${contact.id}, ${created_at} from message
    )
    select conversation_id as id from message`)
  return inserted!.id
}

/** Gives a ticket the next number. It locks the count of the workspace until the transaction ends: call it late. */
export const numberTicket = ({ sql, id }: Workspace, ticket_id: string) => sql`
  with counted as (
    insert into ticket_numbers as numbers (workspace_id, last) values (${id}, 1)
    on conflict (workspace_id) do update set last = numbers.last + 1 returning last
  )
  update conversations set ticket_number = last from counted where workspace_id = ${id} and id = ${ticket_id}`

type TypeOfTicket = Pick<NewTicket, 'ticket_type_id' | 'ticket_state_id' | 'ticket_attributes' | 'is_shared'>

/** Makes a conversation a ticket, or a ticket one of another type. */
export const setType = (
  { sql, id }: Workspace,
  conversation_id: string,
  { ticket_attributes, ...type }: TypeOfTicket,
) =>
  sql`
  update conversations set ticket_attributes = ${JSON.stringify(ticket_attributes)}::text::jsonb, ${sql(type)}
  where workspace_id = ${id} and id = ${conversation_id}`

/** Locks the ticket until the transaction ends. */
export const lockTicket = (workspace: Workspace, id: string) =>
  one(workspace.sql<TicketRow[]>`
    select ${withCalendar(workspace)} from conversations
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and ticket_type_id is not null for update of conversations`)

export const findTicket = (workspace: Workspace, id: string) =>
  one(workspace.sql<TicketRow[]>`
    select * from conversations
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and ticket_type_id is not null`)

type StateEvent = { part_type: string; event_details: object; created_at: Date }

/** Adds a part by the bot to each conversation and customer ticket of a ticket, and locks them in one order. */
export const insertIntoLinked = (workspace: Workspace, ticket_id: string, { part_type, ...event }: StateEvent) => {
  const { sql, id } = workspace
  const { created_at } = event
  return sql`
    with linked as (
      select id, state, first_contact_reply_at from conversations
      where workspace_id = ${id} and id in (
        select linked_id from ticket_links where workspace_id = ${id} and ticket_id = ${ticket_id})
      order by id for update
    ), changed as (
      update conversations set updated_at = ${workspace.now()},
        count_conversation_parts = count_conversation_parts + (linked.first_contact_reply_at is not null)::int
      from linked where conversations.workspace_id = ${id} and conversations.id = linked.id
    )
    insert into conversation_parts
      (workspace_id, conversation_id, part_type, author_type, author_id, state, event_details, notified_at, created_at,
        updated_at)
    select ${id}, id, ${part_type}, 'bot', ${botOf(sql, id)}, state,
      ${JSON.stringify(event.event_details)}::text::jsonb, ${created_at}, ${created_at}, ${created_at}
    from linked`
}
