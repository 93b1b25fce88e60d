// The SQL of the log of requests.
import { beyond, cursorValue, inOrder, newestByNumber, type Page } from '#db/page.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { insertChanges } from '#events/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { rowOf } from './entry.ts'

/** Entries that a workspace keeps, and for how long. */
const KEPT = 1_000
const KEPT_FOR = '3 days'

export type RequestRow = {
  id: string
  method: string
  path: string
  operation: string | null
  status: number
  ms: number
  version: string | null
  token_id: string | null
  token_name: string | null
  request_id: string
  requested_at: Date
  made: { type: string; id: string }[]
  cursor_value: string
}

export type WholeRequestRow = RequestRow & {
  request_headers: Record<string, string>
  request_body: string | null
  request_is_cut: boolean
  response_headers: Record<string, string>
  response_body: string | null
  response_is_cut: boolean
}

/** `status` is one, or a class such as `4xx`. */
export type RequestFilter = {
  q?: string | undefined
  method?: string | undefined
  status?: string | undefined
  operation?: string | undefined
}

/** In their order. Entries of workspaces that are gone are left out. */
export const insertRequests = (sql: Sql, rows: readonly ReturnType<typeof rowOf>[]) => sql`
  with logged as (
    insert into requests (workspace_id, method, path, operation, status, ms, version, token_id, request_id, requested_at,
      made, request_headers, request_body, request_is_cut, response_headers, response_body, response_is_cut)
    select workspace_id, method, path, operation, status, ms, version, token_id, request_id, requested_at, made,
      request_headers, request_body, request_is_cut, response_headers, response_body, response_is_cut
    from jsonb_to_recordset(${JSON.stringify(rows.map((row, n) => ({ ...row, n })))}::text::jsonb) as row (n int, workspace_id text, method text, path text,
      operation text, status smallint, ms real, version text, token_id bigint, request_id text, requested_at timestamptz,
      made jsonb, request_headers jsonb, request_body text, request_is_cut bool, response_headers jsonb,
      response_body text, response_is_cut bool)
    where exists (select from workspaces where id = workspace_id)
    order by n
    returning workspace_id, id
  )
  ${insertChanges(sql, 'request.logged', sql`select workspace_id, id as object_id, null as conversation_id from logged`)}`

/** Leaves the newest entries of each of the workspaces. */
export const trimRequests = (sql: Sql, workspaces: readonly string[]) => sql`
  delete from requests using unnest(${workspaces as string[]}::text[]) as grown (workspace)
  where workspace_id = workspace and id < (
    select id from requests newest where newest.workspace_id = workspace order by id desc offset ${KEPT - 1} limit 1)`

/** Removes the entries of all workspaces that are too old, or too many. */
export async function removeOldRequests(sql: Sql): Promise<void> {
  await sql`
    delete from requests
    where workspace_id in (select id from workspaces) and requested_at < now() - ${KEPT_FOR}::interval`
  const rows = await sql<{ workspace_id: string }[]>`
    select workspace_id from requests group by workspace_id having count(*) > ${KEPT}`
  await trimRequests(
    sql,
    rows.map(({ workspace_id }) => workspace_id),
  )
}

const columns = ({ sql }: Workspace) => sql`
  requests.id, method, path, operation, status, ms, version, token_id, token_name, request_id, requested_at, made`

const source = ({ sql }: Workspace) => sql`
  requests left join lateral (
    select name as token_name from tokens
    where tokens.workspace_id = requests.workspace_id and tokens.id = token_id limit 1
  ) its on true`

const matching = ({ sql }: Workspace, { q, method, status, operation }: RequestFilter) => sql`
  ${q === undefined ? sql`true` : sql`(strpos(lower(path), lower(${q})) > 0 or request_id = ${q} or lower(operation) = lower(${q}))`}
  and ${method === undefined ? sql`true` : sql`method = ${method}`}
  and ${status === undefined ? sql`true` : sql`status between ${Number(status.replaceAll('x', '0'))} and ${Number(status.replaceAll('x', '9'))}`}
  and ${operation === undefined ? sql`true` : sql`operation = ${operation}`}`

export const listRequests = (workspace: Workspace, filter: RequestFilter, page: Page) => {
  const order = newestByNumber(workspace)
  return workspace.sql<RequestRow[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from ${source(workspace)}
    where requests.workspace_id = ${workspace.id} and ${matching(workspace, filter)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
}

export const countRequests = async (workspace: Workspace, filter: RequestFilter): Promise<number> => {
  const [row] = await workspace.sql<[{ count: number }]>`
    select count(*)::int as count from requests where workspace_id = ${workspace.id} and ${matching(workspace, filter)}`
  return row.count
}

export const findRequest = (workspace: Workspace, id: string) =>
  one(workspace.sql<WholeRequestRow[]>`
    select ${columns(workspace)}, request_headers, request_body, request_is_cut, response_headers, response_body,
      response_is_cut
    from ${source(workspace)} where requests.workspace_id = ${workspace.id} and requests.id = ${rowId(id)}`)

/** Returns the id of the newest request that made the object; null if the log has none. */
export const findRequestThatMade = async ({ sql, id }: Workspace, object: { type: string; id: string }) => {
  const row = await one(sql<{ id: string }[]>`
    select id from requests
    where workspace_id = ${id} and made @> ${JSON.stringify([object])}::text::jsonb order by id desc limit 1`)
  return row?.id ?? null
}
