// The SQL of the results of executions. Bodies are kept for a day, and results for thirty.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const ERROR_TYPES = [
  'request_configuration_error',
  'faraday_error',
  '3rd_party_error',
  'response_mapping_error',
  'token_refresh_error',
  'fin_action_response_formatting_error',
  'fin_action_identity_verification_error',
  'email_verification_error',
  'non_fin_standalone_action_identity_verification_error',
  'request_validation_error',
  'client_side_action_error',
] as const
export type ErrorType = (typeof ERROR_TYPES)[number]

export const SOURCE_TYPES = [
  ...['custom_bot', 'inbound_custom_bot', 'button_custom_bot', 'answer', 'workflow', 'saved_reply'],
  ...['triggerable_custom_bot', 'inbox', 'fin'],
] as const
export type SourceType = (typeof SOURCE_TYPES)[number]

export type ResultRow = {
  id: string
  data_connector_id: string
  success: boolean
  http_status: number | null
  http_method: 'get' | 'post' | 'put' | 'delete' | 'patch'
  error_type: ErrorType | null
  error_message: string | null
  execution_time_ms: number | null
  source_type: SourceType | null
  source_id: string | null
  conversation_id: string | null
  contact_id: string | null
  admin_id: string | null
  request_url: string | null
  request_body: string | null
  response_body: string | null
  raw_response_body: string | null
  created_at: Date
}

export type NewResult = Omit<ResultRow, 'id' | 'created_at'>

export const insertResult = (workspace: Workspace, result: NewResult) =>
  one(workspace.sql<ResultRow[]>`
    insert into data_connector_results
      ${workspace.sql({ workspace_id: workspace.id, ...result, created_at: workspace.now() } as never)}
    returning *`) as Promise<ResultRow>

export type ResultFilter = {
  success: boolean | undefined
  error_type: ErrorType | undefined
  from: Date
  to: Date
}

/** Returns a page of results, the newest first. */
export async function pageOfResults(
  workspace: Workspace,
  connector_id: string,
  page: Page,
  { success, error_type, from, to }: ResultFilter,
): Promise<PageResult<ResultRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'created_at')
  const rows = await sql<(ResultRow & { cursor_value: string })[]>`
    select *, ${cursorValue(workspace, order)} from data_connector_results
    where workspace_id = ${id} and data_connector_id = ${connector_id}
      and created_at >= ${from} and created_at <= ${to}
      ${success === undefined ? sql`` : sql`and success = ${success}`}
      ${error_type === undefined ? sql`` : sql`and error_type = ${error_type}`}
      and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => 0)
}

export const findResult = (workspace: Workspace, connector_id: string, id: string) =>
  one(workspace.sql<ResultRow[]>`
    select * from data_connector_results
    where workspace_id = ${workspace.id} and data_connector_id = ${connector_id} and id = ${rowId(id)}`)

const BODIES_KEPT = '1 day'
const RESULTS_KEPT = '30 days'
/** Rows of one statement. */
const BATCH = 1_000

/** Removes old bodies and old results, of all workspaces. */
export async function expireResults(sql: Sql): Promise<void> {
  const drop = () => sql`
    update data_connector_results set request_body = null, response_body = null, raw_response_body = null
    where (workspace_id, id) in (
      select workspace_id, id from data_connector_results
      where created_at < now() - ${BODIES_KEPT}::interval
        and (request_body is not null or response_body is not null or raw_response_body is not null)
      limit ${BATCH})`
  const remove = () => sql`
    delete from data_connector_results
    where (workspace_id, id) in (
      select workspace_id, id from data_connector_results
      where created_at < now() - ${RESULTS_KEPT}::interval limit ${BATCH})`
  for (const step of [drop, remove]) while ((await step()).count === BATCH);
}
