// The SQL that gives the conversations of one contact to another one, when the two are merged.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Locks the conversations of a contact in one order until the transaction ends. Lock contacts afterwards, as replies do. */
export const lockConversationsOf = (workspace: Workspace, contact_id: string) => workspace.sql`
  select count(*) from (
    select from conversations
    where workspace_id = ${workspace.id} and id in (
      select conversation_id from conversation_contacts
      where workspace_id = ${workspace.id} and contact_id = ${contact_id})
    order by id for update
  ) locked`

/**
 * The user `into` takes the place of the contact `from`: as a participant, and as the author of the first message and of
 * parts. A conversation in which both take part has one of them afterwards. Returns the ids of the conversations.
 */
export async function moveConversations(workspace: Workspace, from: string, into: string): Promise<string[]> {
  const { sql, id } = workspace
  const left = await sql<{ conversation_id: string }[]>`
    with left_out as (
      delete from conversation_contacts where workspace_id = ${id} and contact_id = ${from}
      returning conversation_id, joined_at
    ), joined as (
      insert into conversation_contacts as participants (workspace_id, conversation_id, contact_id, joined_at)
      select ${id}, conversation_id, ${into}, joined_at from left_out
      on conflict (workspace_id, conversation_id, contact_id) do update
        set joined_at = least(participants.joined_at, excluded.joined_at)
    )
    select conversation_id from left_out order by conversation_id`
  const ids = left.map(({ conversation_id }) => conversation_id)
  if (!ids.length) return ids
  await sql`
    update conversations set author_type = 'user', author_id = ${into}
    where workspace_id = ${id} and id = any(${ids}::bigint[]) and author_type in ('user', 'lead')
      and author_id = ${from}`
  await sql`
    update conversation_parts set author_type = 'user', author_id = ${into}
    where workspace_id = ${id} and conversation_id = any(${ids}::bigint[]) and author_type in ('user', 'lead')
      and author_id = ${from}`
  return ids
}

/** Returns how many conversations, or tickets, each of two contacts takes part in. */
export const countConversations = (workspace: Workspace, kind: 'conversation' | 'ticket', from: string, into: string) =>
  one(workspace.sql<{ from: number; into: number }[]>`
    select count(*) filter (where contact_id = ${from})::int as from,
      count(*) filter (where contact_id = ${into})::int as into
    from conversation_contacts participants
    join conversations on conversations.workspace_id = ${workspace.id} and conversations.id = conversation_id
    where participants.workspace_id = ${workspace.id} and contact_id in (${from}, ${into})
      and (ticket_type_id is not null) = ${kind === 'ticket'}`)
