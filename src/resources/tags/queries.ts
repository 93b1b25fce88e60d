// Tags, and which objects have them.
import { type Fragment, one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type TagRow = { id: string; name: string }
export type AppliedTagRow = TagRow & { applied_at: Date | null; applied_by: string | null }

/** An object that can have tags: `{ object_type: 'contact', object_id: '6762f0…' }`. */
export type TaggedObject = { object_type: string; object_id: string }

export const listTags = (workspace: Workspace) => workspace.sql<TagRow[]>`
  select id, name from tags where workspace_id = ${workspace.id} order by id`

export const findTag = (workspace: Workspace, id: string) =>
  one(workspace.sql<TagRow[]>`
    select id, name from tags where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws the 404 that the nouns with a code of their own for tags answer. */
export const theTag = async (workspace: Workspace, id: string): Promise<TagRow> =>
  found(await findTag(workspace, id), 'Tag not found', 'tag_not_found')

export const findTagByName = (workspace: Workspace, name: string) =>
  one(workspace.sql<TagRow[]>`
    select id, name from tags where workspace_id = ${workspace.id} and lower(name) = lower(${name})`)

/** Two requests that create the same tag at once get the same one. */
export const findOrInsertTag = (workspace: Workspace, name: string) =>
  one(workspace.sql<TagRow[]>`
    insert into tags (workspace_id, name, created_at) values (${workspace.id}, ${name}, ${workspace.now()})
    on conflict (workspace_id, lower(name)) do update set name = tags.name
    returning id, name`) as Promise<TagRow>

export const renameTag = (workspace: Workspace, id: string, name: string) =>
  one(workspace.sql<TagRow[]>`
    update tags set name = ${name} where workspace_id = ${workspace.id} and id = ${rowId(id)}
    returning id, name`)

/** Also removes the tag from all objects that have it. */
export const deleteTag = (workspace: Workspace, id: string) =>
  one(workspace.sql<TagRow[]>`
    delete from tags where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id, name`)

export const listTagsOf = (workspace: Workspace, { object_type, object_id }: TaggedObject) =>
  workspace.sql<AppliedTagRow[]>`
    select id, name, applied_at, applied_by
    from taggings join tags on tags.workspace_id = taggings.workspace_id and tags.id = tag_id
    where taggings.workspace_id = ${workspace.id} and object_type = ${object_type} and object_id = ${object_id}
    order by applied_at, id`

/** Returns the tag as the object has it now. If it had the tag before, time and admin stay, and `is_new` is false. */
export async function insertTagging(workspace: Workspace, tag: TagRow, object: TaggedObject, applied_by: string) {
  const [tagging] = await workspace.sql<{ applied_at: Date; applied_by: string | null; is_new: boolean }[]>`
    insert into taggings (workspace_id, object_type, object_id, tag_id, applied_by, applied_at)
    values (${workspace.id}, ${object.object_type}, ${object.object_id}, ${tag.id}, ${applied_by}, ${workspace.now()})
    on conflict (workspace_id, object_type, object_id, tag_id) do update set applied_by = taggings.applied_by
    returning applied_at, applied_by, xmax = 0 as is_new`
  return { ...tag, ...tagging! }
}

/** Returns when and by whom the tag was attached; undefined if the object did not have it. */
export const deleteTagging = (workspace: Workspace, tag: TagRow, { object_type, object_id }: TaggedObject) =>
  one(workspace.sql<{ applied_at: Date; applied_by: string | null }[]>`
    delete from taggings
    where workspace_id = ${workspace.id} and object_type = ${object_type} and object_id = ${object_id}
      and tag_id = ${tag.id}
    returning applied_at, applied_by`)

/** Removes all tags of the objects. `object_ids` is a query of their ids as text. */
export const deleteTaggings = ({ sql, id }: Workspace, object_type: string, object_ids: Fragment) => sql`
  delete from taggings where workspace_id = ${id} and object_type = ${object_type} and object_id in (${object_ids})`

/** Gives an object the tags of another one, as that has them. Tags that it has already stay as they are. */
export const copyTaggings = (workspace: Workspace, object_type: string, from: string, into: string) => workspace.sql`
  insert into taggings (workspace_id, object_type, object_id, tag_id, applied_by, applied_at)
  select workspace_id, object_type, ${into}, tag_id, applied_by, applied_at from taggings
  where workspace_id = ${workspace.id} and object_type = ${object_type} and object_id = ${from}
  on conflict do nothing`

/** Gives the tags of one object to another one, which keeps its own: a tag of both stays as the other one has it. */
export const moveTaggings = (workspace: Workspace, object_type: string, from: string, into: string) => workspace.sql`
  with taken as (
    delete from taggings
    where workspace_id = ${workspace.id} and object_type = ${object_type} and object_id = ${from}
    returning tag_id, applied_by, applied_at
  )
  insert into taggings (workspace_id, object_type, object_id, tag_id, applied_by, applied_at)
  select ${workspace.id}, ${object_type}, ${into}, tag_id, applied_by, applied_at from taken
  on conflict do nothing`

/** Returns how many tags an object has that the other one lacks, and how many the other one has. */
export const countTags = (workspace: Workspace, object_type: string, from: string, into: string) =>
  one(workspace.sql<{ from: number; into: number }[]>`
    select count(*) filter (where object_id = ${from} and not exists (
        select from taggings present
        where present.workspace_id = ${workspace.id} and present.object_type = ${object_type}
          and present.object_id = ${into} and present.tag_id = taggings.tag_id))::int as from,
      count(*) filter (where object_id = ${into})::int as into
    from taggings
    where workspace_id = ${workspace.id} and object_type = ${object_type} and object_id in (${from}, ${into})`)
