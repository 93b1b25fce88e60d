// Where a conversation fell asleep and woke up, by its parts.
import type { Workspace } from '#workspaces/workspace.ts'

/** A part after which the conversation is snoozed, or no longer. */
export type TurnRow = {
  is_snoozed: boolean
  state: 'open' | 'closed' | 'snoozed'
  at: Date
  /** Null if the author is no admin: a contact, or the bot when the time is over. */
  admin_id: string | null
  admin_name: string | null
  admin_email: string | null
}

/** Two for each time that it was snoozed. */
const MAX_TURNS = 1000

/** Returns the newest turns, oldest first. Parts follow each other by their ids: their times can be in the past. */
export const listTurns = ({ sql, id }: Workspace, conversation_id: string) => sql<TurnRow[]>`
  select * from (
    select turns.id, state = 'snoozed' as is_snoozed, state, turns.created_at as at,
      admins.id as admin_id, admins.name as admin_name, admins.email as admin_email
    from (
      select id, state, author_type, author_id, created_at,
        lag(state, 1, 'open') over (order by id) as state_before
      from conversation_parts where workspace_id = ${id} and conversation_id = ${conversation_id}
    ) turns
    left join admins on admins.workspace_id = ${id}
      and admins.id = (case when author_type = 'admin' then author_id end)::bigint
    where (state = 'snoozed') <> (state_before = 'snoozed')
    order by turns.id desc limit ${MAX_TURNS}
  ) newest order by id`
