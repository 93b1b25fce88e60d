// The SQL of merged conversations.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, withCalendar } from '../queries.ts'

/**
 * Locks both conversations in one order until the transaction ends, so that two opposite merges do not wait for each other.
 * Returns those that exist.
 */
export const lockBoth = (workspace: Workspace, ids: [string, string]) => workspace.sql<ConversationRow[]>`
  select ${withCalendar(workspace)} from conversations
  where workspace_id = ${workspace.id} and id = any(${ids.flatMap((one) => rowId(one) ?? [])}::text[]::bigint[])
    and side_of is null
  order by id for update of conversations`

/**
 * Returns the conversation that one was merged into, also after it was deleted. Undefined if it was not merged, or the
 * other one was deleted.
 */
export const findMergedInto = async ({ sql, id }: Workspace, conversation_id: string): Promise<string | undefined> =>
  (
    await one(sql<{ merged_into: string }[]>`
      select merged_into from conversations
      where workspace_id = ${id} and id = ${rowId(conversation_id)} and merged_into is not null
      union all
      select merged_into from deleted_conversations
      where workspace_id = ${id} and id = ${rowId(conversation_id)} and merged_into is not null`)
  )?.merged_into

/** Gives the side conversations of one to another one. Points the conversation, and those that were merged into it before, to the one that is left. */
export const pointTo = ({ sql, id }: Workspace, from: string, into: string) => sql`
  with side as (
    update conversations set side_of = ${into} where workspace_id = ${id} and side_of = ${from}
  ), deleted as (
    update deleted_conversations set merged_into = ${into} where workspace_id = ${id} and merged_into = ${from}
  )
  update conversations set merged_into = ${into}
  where workspace_id = ${id} and (id = ${from} or merged_into = ${from})`

/** Gives the Message-IDs of received mails to the other conversation: answers to them belong there, and ours refer to them. */
export const moveMails = ({ sql, id }: Workspace, from: string, into: string) => sql`
  update conversation_mails set conversation_id = ${into} where workspace_id = ${id} and conversation_id = ${from}`

/** Returns the participants in the order in which they joined. */
export const listParticipantIds = async ({ sql, id }: Workspace, conversation_id: string): Promise<string[]> => {
  const rows = await sql<{ contact_id: string }[]>`
    select contact_id from conversation_contacts
    where workspace_id = ${id} and conversation_id = ${conversation_id} order by joined_at, contact_id`
  return rows.map(({ contact_id }) => contact_id)
}
