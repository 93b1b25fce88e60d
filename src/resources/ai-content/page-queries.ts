// The SQL of external pages.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ImportSourceRow } from './queries.ts'

export type ExternalPageRow = {
  id: string
  source_id: string
  external_id: string
  title: string
  html: string
  /** For search. */
  body_text: string
  url: string | null
  locale: 'en'
  ai_agent_availability: boolean
  ai_copilot_availability: boolean
  ai_sales_agent_availability: boolean
  audience_ids: string[]
  created_at: Date
  updated_at: Date
  last_ingested_at: Date
}

/** Null keeps what a page has; a new page gets no availability, no URL, and the audiences of its source. */
export type Availability = {
  ai_agent_availability: boolean | null
  ai_copilot_availability: boolean | null
  ai_sales_agent_availability: boolean | null
}
type Settings = Availability & { audience_ids: number[] | null }
export type IngestedPage = Pick<ExternalPageRow, 'external_id' | 'title' | 'html' | 'body_text' | 'locale'> &
  Settings & { url: string | null }

const columns = ({ sql }: Workspace) => sql`
  id, source_id, external_id, title, html, body_text, url, locale, ai_agent_availability, ai_copilot_availability,
  ai_sales_agent_availability, audience_ids, created_at, updated_at, last_ingested_at`

/** Newest first. */
export async function pageOfExternalPages(workspace: Workspace, page: Page): Promise<PageResult<ExternalPageRow>> {
  const { sql, id } = workspace
  const order: Order = { by: sql`id`, type: 'bigint', direction: 'desc', is_id: true }
  const rows = await sql<(ExternalPageRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from external_pages
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  const carried = page.after?.total?.of === COUNTED ? page.after.total.count : undefined
  const result = await pageResult(rows, page, async () => carried ?? countPages(workspace))
  const { next, total_count: count } = result
  return { ...result, next: next && { ...next, total: { count, of: COUNTED } } }
}

const COUNTED = 'external_pages'

async function countPages({ sql, id }: Workspace): Promise<number> {
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from external_pages where workspace_id = ${id}`
  return count
}

export const findExternalPage = (workspace: Workspace, id: string) =>
  one(workspace.sql<ExternalPageRow[]>`
    select ${columns(workspace)} from external_pages where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the page until the transaction ends. */
export const lockExternalPage = (workspace: Workspace, id: string) =>
  one(workspace.sql<ExternalPageRow[]>`
    select ${columns(workspace)} from external_pages
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Until the transaction ends, no other one creates a page of the source with this external id. */
export const lockExternalId = ({ sql, id }: Workspace, source_id: string, external_id: string) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`external page ${id} ${source_id} ${external_id}`}, 0))`

/** Returns the page of a source that has the external id, and locks it until the transaction ends. */
export const findPageLocked = (workspace: Workspace, source_id: string, external_id: string) =>
  one(workspace.sql<ExternalPageRow[]>`
    select ${columns(workspace)} from external_pages
    where workspace_id = ${workspace.id} and source_id = ${source_id} and external_id = ${external_id} for update`)

/** Locks the pages of a source that have other audiences. */
export const lockPagesOf = ({ sql, id }: Workspace, source_id: string, audience_ids: string[]) => sql<
  Pick<ExternalPageRow, 'id' | 'audience_ids'>[]
>`
  select id, audience_ids from external_pages
  where workspace_id = ${id} and source_id = ${source_id} and audience_ids <> ${audience_ids}::text[]::bigint[]
  order by id for update`

/** Inserts the page, or updates the one that has its external id. Simultaneous requests create one page. */
export const upsertExternalPage = (workspace: Workspace, source: ImportSourceRow, page: IngestedPage) => {
  const { sql, id } = workspace
  const agent = page.ai_agent_availability
  const copilot = page.ai_copilot_availability
  const sales = page.ai_sales_agent_availability
  const audience_ids = page.audience_ids ? sql`${page.audience_ids}::text[]::bigint[]` : null
  return one(sql<ExternalPageRow[]>`
    insert into external_pages as pages (workspace_id, source_id, external_id, title, html, body_text, url, locale,
      ai_agent_availability, ai_copilot_availability, ai_sales_agent_availability, audience_ids, created_at, updated_at,
      last_ingested_at)
    values (${id}, ${source.id}, ${page.external_id}, ${page.title}, ${page.html}, ${page.body_text},
      ${page.url}, ${page.locale}, ${agent ?? false}, ${copilot ?? false}, ${sales ?? false},
      ${audience_ids ?? sql`${source.audience_ids}::text[]::bigint[]`}, ${workspace.now()}, ${workspace.now()},
      ${workspace.now()})
    on conflict (workspace_id, source_id, external_id) do update set
      title = excluded.title, html = excluded.html, body_text = excluded.body_text, locale = excluded.locale,
      url = coalesce(excluded.url, pages.url),
      ai_agent_availability = coalesce(${agent}, pages.ai_agent_availability),
      ai_copilot_availability = coalesce(${copilot}, pages.ai_copilot_availability),
      ai_sales_agent_availability = coalesce(${sales}, pages.ai_sales_agent_availability),
      audience_ids = ${audience_ids ?? sql`pages.audience_ids`},
      updated_at = excluded.updated_at, last_ingested_at = excluded.last_ingested_at
    returning ${columns(workspace)}`) as Promise<ExternalPageRow>
}

/** Returns undefined if another page of the source has the external id. */
export const updateExternalPage = (
  workspace: Workspace,
  id: string,
  { source_id, ...page }: IngestedPage & { source_id: string },
) => {
  const { sql } = workspace
  const audience_ids = page.audience_ids ? sql`${page.audience_ids}::text[]::bigint[]` : sql`audience_ids`
  return one(sql<ExternalPageRow[]>`
    update external_pages set source_id = ${source_id}, external_id = ${page.external_id}, title = ${page.title},
      html = ${page.html}, body_text = ${page.body_text}, url = ${page.url}, locale = ${page.locale},
      ai_agent_availability = coalesce(${page.ai_agent_availability}, ai_agent_availability),
      ai_copilot_availability = coalesce(${page.ai_copilot_availability}, ai_copilot_availability),
      ai_sales_agent_availability = coalesce(${page.ai_sales_agent_availability}, ai_sales_agent_availability),
      audience_ids = ${audience_ids}, updated_at = ${workspace.now()}, last_ingested_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} and not exists (
      select from external_pages others
      where others.workspace_id = ${workspace.id} and others.source_id = ${source_id}
        and others.external_id = ${page.external_id} and others.id <> ${id})
    returning ${columns(workspace)}`)
}

export const deleteExternalPage = (workspace: Workspace, id: string) =>
  one(workspace.sql<ExternalPageRow[]>`
    delete from external_pages where workspace_id = ${workspace.id} and id = ${rowId(id)}
    returning ${columns(workspace)}`)

type PageSettings = {
  audience_ids?: number[]
  ai_chatbot_availability?: boolean
  ai_copilot_availability?: boolean
  ai_sales_agent_availability?: boolean
}

/** Changes for whom a page is, also one of a source that is synchronised. What is left out stays. */
export const changePageSettings = (workspace: Workspace, id: string, settings: PageSettings) => workspace.sql`
  update external_pages set
    audience_ids = coalesce(${settings.audience_ids ?? null}::text[]::bigint[], audience_ids),
    ai_agent_availability = coalesce(${settings.ai_chatbot_availability ?? null}, ai_agent_availability),
    ai_copilot_availability = coalesce(${settings.ai_copilot_availability ?? null}, ai_copilot_availability),
    ai_sales_agent_availability = coalesce(${settings.ai_sales_agent_availability ?? null}, ai_sales_agent_availability),
    updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

/** Gives the audiences of a source to all of its pages. */
export const applyAudiences = (workspace: Workspace, { id, audience_ids }: ImportSourceRow) => workspace.sql`
  update external_pages set audience_ids = ${audience_ids}::text[]::bigint[], updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and source_id = ${id} and audience_ids <> ${audience_ids}::text[]::bigint[]`
