// SQL fragments for the statements of other folders: the tags of an object, and the objects with a tag.
import type { Fragment } from '#db/sql.ts'
import type { SearchTables, Source } from '#search/sources.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** An object's tag ids, oldest first, as a PostgreSQL array. `object_id` is SQL for its id as text. */
export const tagIdsOf = ({ sql, id }: Workspace, object_type: string, object_id: Fragment): Fragment => sql`
  array(
    select tag_id from taggings
    where taggings.workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}
    order by applied_at, tag_id)`

/** An object's tags by id, as a JSON array of `Tag`. */
export const tagsOf = ({ sql, id }: Workspace, object_type: string, object_id: Fragment): Fragment => sql`
  (
    select coalesce(json_agg(json_build_object('type', 'tag', 'id', tags.id::text, 'name', name) order by tags.id), '[]')
    from taggings join tags on tags.workspace_id = ${id} and tags.id = tag_id
    where taggings.workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}
  )`

/** An object's tags, oldest first, as a JSON array of `AppliedTag`. */
export const appliedTagsOf = ({ sql, id }: Workspace, object_type: string, object_id: Fragment): Fragment => sql`
  (
    select coalesce(json_agg(json_build_object('type', 'tag', 'id', tags.id::text, 'name', name,
      'applied_at', floor(extract(epoch from applied_at)),
      'applied_by', case when applied_by is not null then json_build_object('type', 'admin', 'id', applied_by::text) end)
      order by applied_at, tags.id), '[]')
    from taggings join tags on tags.workspace_id = ${id} and tags.id = tag_id
    where taggings.workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}
  )`

/** Whether an object has one of the tags; without `tag_ids`, whether it has any. */
export const hasTag = (
  { sql, id }: Workspace,
  object_type: string,
  object_id: Fragment,
  tag_ids: readonly string[] | null,
): Fragment => sql`
  exists (
    select from taggings
    where taggings.workspace_id = ${id} and object_type = ${object_type} and object_id = ${object_id}
      and ${tag_ids ? sql`tag_id = any(${tag_ids as string[]}::bigint[])` : sql`true`})`

/** Where a search finds the live objects with one of the tags. */
export const taggedSource = (
  { sql, id }: Workspace,
  object_type: string,
  tag_ids: readonly string[],
  { texts, id: id_type }: SearchTables,
): Source | undefined => {
  const [tag_id] = tag_ids
  if (tag_ids.length !== 1) return undefined
  const ids = sql`
    select object_id::${sql.unsafe(id_type)} as id from taggings
    where taggings.workspace_id = ${id} and tag_id = ${tag_id!} and object_type = ${object_type}
      and exists (
        select from ${sql(texts)} live
        where live.workspace_id = ${id} and live.id = object_id::${sql.unsafe(id_type)})`
  return { ids, exact: true, ordered: id_type === 'text' }
}

/** A query that returns the `object_id` of all objects of a type with the tag, also archived ones. */
export const taggedWith = ({ sql, id }: Workspace, object_type: string, tag_id: string): Fragment => sql`
  select object_id from taggings
  where workspace_id = ${id} and object_type = ${object_type} and tag_id = ${tag_id}`

/** Those of the tags that do not exist, as a PostgreSQL array. `tag_ids` is SQL for an array of their ids. */
export const missingTagIds = ({ sql, id }: Workspace, tag_ids: Fragment): Fragment => sql`
  array(select unnest(${tag_ids}) except select id from tags where workspace_id = ${id} and id = any(${tag_ids}))`
