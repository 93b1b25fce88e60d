// SQL fragments for the statements of other folders: the attributes of a ticket type, and the values of a ticket.
import type { Fragment } from '#db/sql.ts'
import { currentAttachments } from '#resources/attachments/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The columns of an `AttributeRow`. Ids are text and times are Unix seconds, because they are also read as JSON. */
export const attributeColumns = ({ sql }: Pick<Workspace, 'sql'>): Fragment => sql`
  id::text as id, ticket_type_id::text as ticket_type_id, name, description, data_type, multiline, allow_multiple_values,
  options, position, required_to_create, required_to_create_for_contacts, visible_on_create, visible_to_contacts,
  is_default, archived, floor(extract(epoch from created_at))::float8 as created_at,
  floor(extract(epoch from updated_at))::float8 as updated_at`

/** A ticket type's attributes in their order, archived ones too, as a JSON array of `AttributeRow`. */
export const attributesOfType = (workspace: Workspace, ticket_type_id: Fragment): Fragment => workspace.sql`
  (
    select coalesce(json_agg(to_json(attribute) order by position, id::bigint), '[]')
    from (
      select ${attributeColumns(workspace)} from ticket_type_attributes
      where workspace_id = ${workspace.id} and ticket_type_id = ${ticket_type_id}
    ) attribute
  )`

/**
 * Returns the values of a ticket by the ids of attributes, with files as their attachments in their current state.
 * `column` is the jsonb column that has them; null if it is null.
 */
export const currentValues = (workspace: Workspace, column: Fragment): Fragment => {
  const { sql, id } = workspace
  return sql`
    case when ${column} is null or ${column} = '{}' then ${column} else (
      select jsonb_object_agg(given.key, case when attributes.data_type = 'files' and given.value <> 'null' then (
        select attachments from (select ${currentAttachments(workspace, sql`given.value`)}) current)
        else given.value end)
      from jsonb_each(${column}) given
      left join ticket_type_attributes attributes
        on attributes.workspace_id = ${id} and attributes.id = given.key::bigint
    ) end`
}
