// SQL fragments of ticket states for the statements of other folders.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const stateColumns = ({ sql }: Pick<Workspace, 'sql'>): Fragment =>
  sql`states.id::text as id, category, internal_label, external_label, is_default, archived`

/** The states of a ticket type, oldest first, archived ones too, as a JSON array of `StateRow`. */
export const statesOfType = (workspace: Workspace, ticket_type_id: Fragment): Fragment => workspace.sql`
  (
    select coalesce(json_agg(to_json(state) order by id::bigint), '[]')
    from (
      select ${stateColumns(workspace)}
      from ticket_type_states has
      join ticket_states states on states.workspace_id = has.workspace_id and states.id = has.ticket_state_id
      where has.workspace_id = ${workspace.id} and has.ticket_type_id = ${ticket_type_id}
    ) state
  )`
