// SQL fragments for the statements of other folders: the instances that an object refers to.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** An attribute shows at most these, the oldest ones. A request can name as many; a merge can add more. */
export const MAX_REFERENCES = 100

/**
 * The instances that an object refers to, as a JSON object: `{ order: { type: 'order.list', instances: […] } }`. `object_id`
 * is SQL for its id as text.
 */
export const referencesOf = ({ sql, id }: Workspace, object_type: string, object_id: Fragment): Fragment => sql`
  (
    select coalesce(jsonb_object_agg(lists.name, jsonb_build_object('type', lower(lists.identifier) || '.list',
      'instances', lists.instances)), '{}')
    from (
      select attributes.name, types.identifier, jsonb_agg(jsonb_build_object(
        'id', referred.id::text, 'type', types.identifier, 'external_id', referred.external_id,
        'external_created_at', floor(extract(epoch from referred.external_created_at)),
        'external_updated_at', floor(extract(epoch from referred.external_updated_at)),
        'created_at', floor(extract(epoch from referred.created_at)),
        'updated_at', floor(extract(epoch from referred.updated_at)),
        'custom_attributes', referred.custom_attributes) order by referred.id) as instances
      from (
        select relation, instance_id, row_number() over (partition by relation order by instance_id) as position
        from custom_object_references
        where custom_object_references.workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}
      ) given
      join custom_object_reference_attributes attributes
        on attributes.workspace_id = ${id} and attributes.relation = given.relation
      join custom_object_types types on types.workspace_id = ${id} and types.id = attributes.type_id
      join custom_object_instances referred on referred.workspace_id = ${id} and referred.id = given.instance_id
        and referred.type_id = attributes.type_id
      where position <= ${MAX_REFERENCES}
      group by attributes.name, types.identifier
    ) lists
  )`
