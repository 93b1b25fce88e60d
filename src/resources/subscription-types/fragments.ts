// SQL that nouns put into their own statements: what a contact chose.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The ids of the types that a contact opted out of, and of those that it opted in to; null if it chose nothing. */
export type Choices = { opt_out: string[] | null; opt_in: string[] | null } | null

/** A contact's `Choices`, as a JSON object. `contact_id` is the SQL of its id. */
export const choicesOf = ({ sql, id }: Workspace, contact_id: Fragment): Fragment => sql`
  (
    select json_build_object(
      'opt_out', json_agg(types.id::text order by types.id) filter (where consent_type = 'opt_out'),
      'opt_in', json_agg(types.id::text order by types.id) filter (where consent_type = 'opt_in'))
    from subscription_choices choices join subscription_types types
      on types.workspace_id = ${id} and types.id = subscription_type_id
    where choices.workspace_id = ${id} and choices.contact_id = ${contact_id}
    having count(*) > 0
  )`
