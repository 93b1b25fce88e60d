// The SQL of the addresses that a crawl has found.
import { one, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Address = { id: string; url: string; kind: 'page' | 'sitemap'; depth: number; attempts: number }
export type NewAddress = Pick<Address, 'url' | 'kind' | 'depth'>

/** Forgets an earlier crawl. */
export const deleteAddresses = (workspace: Workspace, source_id: string) => workspace.sql`
  delete from crawled_addresses where workspace_id = ${workspace.id} and source_id = ${source_id}`

/** Adds addresses that are new to the crawl, up to its limit. */
export const insertAddresses = (
  workspace: Workspace,
  source_id: string,
  found: readonly NewAddress[],
  limit: number,
) => {
  const { sql, id } = workspace
  return sql`
    insert into crawled_addresses (workspace_id, source_id, url, kind, depth, state)
    select ${id}, ${source_id}, url, kind, depth, 'waiting'
    from json_to_recordset(${JSON.stringify(found)}::text::json) as found (url text, kind text, depth integer)
    where not exists (
      select from crawled_addresses known
      where known.workspace_id = ${id} and known.source_id = ${source_id} and known.url = found.url)
    limit greatest(0, ${limit} - (
      select count(*) from crawled_addresses known where known.workspace_id = ${id} and known.source_id = ${source_id}))
    on conflict do nothing`
}

/** Adds the pages that an earlier crawl stored and this one did not find. Their links count as too far away. */
export const insertUnfound = (workspace: Workspace, source_id: string, depth: number) => {
  const { sql, id } = workspace
  return sql`
    insert into crawled_addresses (workspace_id, source_id, url, kind, depth, state)
    select ${id}, ${source_id}, external_id, 'page', ${depth}, 'waiting' from external_pages
    where workspace_id = ${id} and source_id = ${source_id}
    on conflict do nothing`
}

/** The next address: those that never failed, and those near the start, come first. */
export const nextAddress = (workspace: Workspace, source_id: string) =>
  one(workspace.sql<Address[]>`
    select id, url, kind, depth, attempts from crawled_addresses
    where workspace_id = ${workspace.id} and source_id = ${source_id} and state = 'waiting'
    order by attempts, depth, id limit 1`)

export const settleAddress = (workspace: Workspace, id: string, state: 'waiting' | 'done' | 'failed') => workspace.sql`
  update crawled_addresses set state = ${state}, attempts = attempts + 1
  where workspace_id = ${workspace.id} and id = ${id}`

export const deletePageAt = (workspace: Workspace, source_id: string, url: string) => workspace.sql<
  { id: string; audience_ids: string[] }[]
>`
  delete from external_pages
  where workspace_id = ${workspace.id} and source_id = ${source_id} and external_id = ${url}
  returning id, audience_ids`

export const setSynced = (workspace: Workspace, source_id: string) => workspace.sql`
  update content_import_sources set last_synced_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${source_id}`

/** The active automatic sources of all workspaces. */
export const listAutomaticSources = (sql: Sql) => sql<{ workspace_id: string; source_id: string }[]>`
  select workspace_id, id as source_id from content_import_sources
  where sync_behavior = 'automatic' and status = 'active' order by workspace_id, id`
