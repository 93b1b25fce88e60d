// SQL fragments of conversation attributes for the statements of other folders.
import type { Fragment } from '#db/sql.ts'
import { currentAttachments } from '#resources/attachments/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/**
 * Returns the values of a conversation by the names of its live attributes: of a list the label, of files their attachments
 * in their current state. `column` is the jsonb column that has them by the ids of attributes.
 */
export const valuesByName = (workspace: Workspace, column: Fragment): Fragment => {
  const { sql, id } = workspace
  return sql`
    case when ${column} = '{}' then ${column} else (
      select coalesce(jsonb_object_agg(attributes.name, case attributes.data_type
        when 'list' then (
          select option -> 'label' from jsonb_array_elements(attributes.options) option where option -> 'id' = given.value)
        when 'files' then (
          select attachments from (select ${currentAttachments(workspace, sql`given.value`)}) current)
        else given.value end), '{}')
      from jsonb_each(${column}) given
      join conversation_attributes attributes
        on attributes.workspace_id = ${id} and attributes.id = given.key::bigint and not attributes.archived
    ) end`
}
