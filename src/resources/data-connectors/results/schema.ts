// The results of executions over the wire, and as a webhook's item. Without `with_bodies`, the bodies are absent.
import { type Static, Type } from 'typebox'
import { PageQuery, UncountedPages } from '#http/lists.ts'
import { Nullable, named } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { HTTP_METHODS } from '../queries.ts'
import { iso } from '../schema.ts'
import { ERROR_TYPES, type ResultRow, SOURCE_TYPES } from './queries.ts'

const Text = Nullable(Type.String())
const Body = Type.Optional(Text)

export const ExecutionResult = named(
  'data_connector_execution_result',
  Type.Object({
    type: Type.Literal('data_connector.execution'),
    id: Type.String(),
    data_connector_id: Type.String(),
    success: Type.Boolean(),
    http_status: Nullable(Type.Integer({ description: 'Null if there was no answer.' })),
    http_method: Type.Enum([...HTTP_METHODS]),
    error_type: Nullable(Type.Enum([...ERROR_TYPES])),
    error_message: Text,
    execution_time_ms: Nullable(Type.Integer()),
    source_type: Nullable(Type.Enum([...SOURCE_TYPES])),
    source_id: Text,
    conversation_id: Text,
    created_at: Type.String({ description: 'ISO 8601.' }),
    request_url: Nullable(Type.String({ description: 'Without query, fragment and credentials.' })),
    request_body: Body,
    response_body: Body,
    raw_response_body: Body,
  }),
)

export const ExecutionResultList = named(
  'data_connector_execution_result_list',
  Type.Object({ type: Type.Literal('list'), data: Type.Array(ExecutionResult), pages: UncountedPages }),
)

/** Checked by `list.ts`, because the errors have Intercom's texts. */
export const ResultsQuery = Type.Object({
  ...PageQuery.properties,
  success: Type.Optional(Type.String({ description: '`true` or `false`.' })),
  error_type: Type.Optional(Type.String()),
  start_ts: Type.Optional(Type.String({ description: 'Unix seconds. Default: an hour ago.' })),
  end_ts: Type.Optional(Type.String({ description: 'Unix seconds. Default: now.' })),
  include_bodies: Type.Optional(Type.String({ description: '`true` or `false`.' })),
})
export type ResultsQuery = Static<typeof ResultsQuery>

export function presentResult(
  row: ResultRow,
  { with_bodies }: { with_bodies: boolean },
): Static<typeof ExecutionResult> {
  const { error_type, error_message, execution_time_ms, source_type, source_id, conversation_id, request_url } = row
  const { request_body, response_body, raw_response_body } = row
  return {
    ...{ type: 'data_connector.execution', id: row.id, data_connector_id: row.data_connector_id },
    ...{ success: row.success, http_status: row.http_status, http_method: row.http_method, error_type, error_message },
    ...{ execution_time_ms, source_type, source_id, conversation_id, created_at: iso(row.created_at), request_url },
    ...(with_bodies && { request_body, response_body, raw_response_body }),
  }
}

/** Webhooks know fewer sources than the list. */
const SOURCE_OF_WEBHOOK: Record<NonNullable<ResultRow['source_type']>, string> = {
  workflow: 'workflow',
  custom_bot: 'custom_bot',
  inbound_custom_bot: 'custom_bot',
  button_custom_bot: 'custom_bot',
  triggerable_custom_bot: 'custom_bot',
  answer: 'answer',
  fin: 'answer',
  inbox: 'inbox',
  saved_reply: 'inbox',
}

export const presentExecutionEvent = (workspace: Workspace, name: string, row: ResultRow) => ({
  ...{ type: 'data_connector.execution', id: row.id, app_id: workspace.id },
  ...{ action_id: row.data_connector_id, action_name: name, success: row.success },
  http_status: row.http_status ?? 0,
  error_type: row.error_type === '3rd_party_error' ? 'third_party_error' : row.error_type,
  execution_time_ms: row.execution_time_ms,
  completed_at: iso(row.created_at),
  source_type: row.source_type ? SOURCE_OF_WEBHOOK[row.source_type] : 'other',
  ...{ source_id: row.source_id, conversation_id: row.conversation_id, user_id: row.contact_id },
  admin_id: row.admin_id,
})
