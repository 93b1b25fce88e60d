// Contacts that were merged into another one: the contact that each is part of now, and the history of a contact's merges.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, type Sql } from '#db/sql.ts'
import { ChangedMeanwhile, type Workspace } from '#workspaces/workspace.ts'
import { type ContactRow, lockContact, type MergeRow, type WholeContactRow } from './queries.ts'

/** Merges that are followed one after the other, as at Intercom. */
const MOST_HOPS = 3

/** `is_merged`: the given contact was merged, into this one or into others that were merged into this one. */
export type Survivor = { id: string; is_live: boolean; is_merged: boolean }

/** Returns the contact itself, or the one that it is part of since it was merged. It can be archived or deleted. */
export const findSurvivor = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<Survivor[]>`${survivorOf(sql, workspace_id, sql`${id}`)}`)

/** Returns a query for the survivor of the contact `given`, as `findSurvivor` returns it; without rows if it does not exist. */
export const survivorOf = (sql: Sql, workspace_id: string, given: Fragment): Fragment => sql`
  with recursive hops as (
    select id, merged_into, is_live, 0 as hop from contacts where workspace_id = ${workspace_id} and id = ${given}
    union all
    select next.id, next.merged_into, next.is_live, hop + 1
    from hops join contacts next on next.workspace_id = ${workspace_id} and next.id = hops.merged_into
    where hop < ${MOST_HOPS}
  )
  select id, is_live, hop > 0 as is_merged from hops order by hop desc limit 1`

/** Returns the live contact with this id, or the one that it was merged into. For ids that were given out before a merge. */
export async function findCurrentContact(workspace: Workspace, id: string): Promise<ContactRow | undefined> {
  const survivor = await findSurvivor(workspace.sql, workspace.id, id)
  return (
    survivor &&
    one(workspace.sql<ContactRow[]>`
      select * from contacts where workspace_id = ${workspace.id} and id = ${survivor.id} and is_live`)
  )
}

/** Locks the contact with this id, or the one that it was merged into, in any state, until the transaction ends. */
export async function lockCurrentContact(workspace: Workspace, id: string): Promise<WholeContactRow | undefined> {
  const survivor = await findSurvivor(workspace.sql, workspace.id, id)
  const contact = survivor && (await lockContact(workspace, survivor.id))
  if (contact?.merged_into) throw new ChangedMeanwhile('The contact was merged')
  return contact
}

/** Returns the id of the merged contact that had this external id. */
export const findMergedByExternalId = async (workspace: Workspace, external_id: string): Promise<string | undefined> =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select id from contacts
      where workspace_id = ${workspace.id} and external_id = ${external_id} and merged_into is not null`)
  )?.id

export const wasMerged = async (workspace: Workspace, id: string): Promise<boolean> =>
  (
    await workspace.sql`
      select from contacts where workspace_id = ${workspace.id} and id = ${id} and merged_into is not null`
  ).count > 0

/** Makes `source` a merged contact. The transaction must have locked both. */
export const insertMerge = (workspace: Workspace, source: Pick<ContactRow, 'id' | 'role'>, target_id: string) =>
  workspace.sql`
    with merged as (
      update contacts set merged_into = ${target_id}, updated_at = ${workspace.now()}
      where workspace_id = ${workspace.id} and id = ${source.id}
    )
    insert into contact_merges (workspace_id, target_id, source_id, source_role, merged_at)
    values (${workspace.id}, ${target_id}, ${source.id}, ${source.role}, ${workspace.now()})`

export async function pageOfMerges(
  workspace: Workspace,
  target_id: string,
  direction: Order['direction'],
  page: Page,
): Promise<Pick<PageResult<MergeRow>, 'rows' | 'next'>> {
  const { sql } = workspace
  const order: Order = { by: sql`merged_at`, type: 'timestamptz', direction }
  const rows = await sql<(MergeRow & { cursor_value: string })[]>`
    select id, target_id, source_id, source_role, merged_at, ${cursorValue(workspace, order)} from contact_merges
    where workspace_id = ${workspace.id} and target_id = ${target_id} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => 0)
}

/** Returns the newest merges into each of these contacts, newest first. */
export const listMerges = (workspace: Workspace, target_ids: string[], most: number) => workspace.sql<MergeRow[]>`
  select merges.* from unnest(${target_ids}::text[]) target
  cross join lateral (
    select id, target_id, source_id, source_role, merged_at from contact_merges
    where workspace_id = ${workspace.id} and target_id = target
    order by merged_at desc, id desc limit ${most}
  ) merges`
