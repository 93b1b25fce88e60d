// The SQL of collections, with their names in all locales.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type HelpCenterOfContent, helpCenterOf } from '../queries.ts'

export type CollectionContent = { name: string; description: string | null }

export type CollectionRow = {
  id: string
  help_center_id: string
  parent_id: string | null
  icon: string
  position: number
  created_at: Date
  updated_at: Date
  /** By locale. */
  contents: Record<string, CollectionContent>
  help_center: HelpCenterOfContent
}

const columns = (workspace: Workspace) => workspace.sql`
  collections.id, help_center_id, parent_id, icon, position, created_at, updated_at,
  (
    select json_object_agg(locale, json_build_object('name', name, 'description', description))
    from collection_contents contents
    where contents.workspace_id = ${workspace.id} and contents.collection_id = collections.id
  ) as contents,
  ${helpCenterOf(workspace, workspace.sql`collections.help_center_id`)} as help_center`

/** `top`: collections without a parent; `within`: those within another one. */
export type Level = 'any' | 'top' | 'within'

const isAt = ({ sql }: Workspace, level: Level) =>
  ({ any: sql`true`, top: sql`parent_id is null`, within: sql`parent_id is not null` })[level]

/** Last updated first. The names are read for the rows of the page only, not for those before it. */
export async function pageOfCollections(
  workspace: Workspace,
  page: Page,
  level: Level = 'any',
): Promise<PageResult<CollectionRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'updated_at')
  const rows = await sql<(CollectionRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, cursor_value
    from (
      select id as listed_id, ${cursorValue(workspace, order)} from collections
      where workspace_id = ${id} and ${isAt(workspace, level)} and ${beyond(workspace, order, page)}
      ${inOrder(workspace, order, page)}
    ) listed
    join collections on collections.workspace_id = ${id} and collections.id = listed_id
    order by collections.updated_at desc, collections.id desc`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from collections where workspace_id = ${id} and ${isAt(workspace, level)}`
    return count
  })
}

export const findCollection = (workspace: Workspace, id: string) =>
  one(workspace.sql<CollectionRow[]>`
    select ${columns(workspace)} from collections where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws a 404 if there is no such collection. */
export const theCollection = async (workspace: Workspace, id: string): Promise<CollectionRow> =>
  found(await findCollection(workspace, id))

/** Returns those of the collections that exist, with their help centers, and keeps them until the transaction ends. */
export const holdCollections = ({ sql, id }: Workspace, ids: readonly string[]) => sql<
  { id: string; help_center_id: string }[]
>`
  select id, help_center_id from collections
  where workspace_id = ${id} and id = any(${ids.map(rowId)}::bigint[])
  order by id for key share`

/** Returns the ids of the collection's ancestors and its own, from itself to the top. */
export async function listAncestors({ sql, id }: Workspace, collection_id: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with recursive ancestors as (
      select id, parent_id, 1 as depth from collections where workspace_id = ${id} and id = ${rowId(collection_id)}
      union all
      select above.id, above.parent_id, depth + 1
      from ancestors join collections above on above.workspace_id = ${id} and above.id = ancestors.parent_id
    )
    select id from ancestors order by depth`
  return rows.map(({ id: ancestor }) => ancestor)
}

/** Returns the ids of the collections at the top of those that are given, keyed by the given ids. */
export async function listTops({ sql, id }: Workspace, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ from_id: string; id: string }[]>`
    with recursive ancestors as (
      select id as from_id, id, parent_id from collections where workspace_id = ${id} and id = any(${[...ids]}::bigint[])
      union all
      select from_id, above.id, above.parent_id
      from ancestors join collections above on above.workspace_id = ${id} and above.id = ancestors.parent_id
    )
    select from_id, id from ancestors where parent_id is null`
  return new Map(rows.map((row) => [row.from_id, row.id]))
}

/** Returns how many levels the collection and those within it have: 1 without any within it. */
export async function heightOf({ sql, id }: Workspace, collection_id: string): Promise<number> {
  const [{ height }] = await sql<[{ height: number }]>`
    with recursive inside as (
      select id, 1 as depth from collections where workspace_id = ${id} and id = ${collection_id}
      union all
      select below.id, depth + 1
      from inside join collections below on below.workspace_id = ${id} and below.parent_id = inside.id
    )
    select max(depth)::integer as height from inside`
  return height
}

/** Returns the position after the last collection with the same parent. Lock the help center first. */
export async function nextPosition({ sql, id }: Workspace, help_center_id: string, parent_id: string | null) {
  const [{ position }] = await sql<[{ position: number }]>`
    select coalesce(max(position), 0)::integer + 1 as position from collections
    where workspace_id = ${id} and help_center_id = ${help_center_id} and parent_id is not distinct from ${parent_id}`
  return position
}

export async function insertCollection(
  { sql, id, now }: Workspace,
  collection: Pick<CollectionRow, 'help_center_id' | 'parent_id' | 'position'>,
): Promise<string> {
  const [row] = await sql<[{ id: string }]>`
    insert into collections (workspace_id, help_center_id, parent_id, position, created_at, updated_at)
    values (${id}, ${collection.help_center_id}, ${collection.parent_id}, ${collection.position}, ${now()}, ${now()})
    returning id`
  return row.id
}

export const updateCollection = (
  { sql, id, now }: Workspace,
  collection_id: string,
  { parent_id, position }: Pick<CollectionRow, 'parent_id' | 'position'>,
) => sql`
  update collections set parent_id = ${parent_id}, position = ${position}, updated_at = ${now()}
  where workspace_id = ${id} and id = ${collection_id}`

/** Writes the names in the locales, and removes those of all others. */
export async function writeContents(
  { sql, id }: Workspace,
  collection_id: string,
  contents: CollectionRow['contents'],
): Promise<void> {
  await sql`
    delete from collection_contents
    where workspace_id = ${id} and collection_id = ${collection_id} and locale <> all(${Object.keys(contents)}::text[])`
  await sql`
    insert into collection_contents (workspace_id, collection_id, locale, name, description)
    select ${id}, ${collection_id}, key, value->>'name', value->>'description'
    from json_each(${JSON.stringify(contents)}::text::json)
    on conflict (workspace_id, collection_id, locale)
      do update set name = excluded.name, description = excluded.description`
}

/** Those within it are deleted too. */
export const deleteCollection = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from collections where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)
