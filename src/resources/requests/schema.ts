// The schemas of the log of requests.
import { type Static, Type } from 'typebox'
import { PageOf, PageQuery } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { RequestRow, WholeRequestRow } from './queries.ts'

export const LoggedRequest = named(
  'logged_request',
  Type.Object({
    type: Type.Literal('request'),
    id: Type.String(),
    method: Type.String(),
    path: Type.String({ description: 'With its query.' }),
    operation: Nullable(Type.String({ description: 'The operationId; null: an unknown path.' })),
    status: Type.Integer(),
    ms: Type.Number({ description: 'From its arrival until the answer was ready.' }),
    version: Nullable(Type.String({ description: 'Of the API. Null: it was refused before.' })),
    token: Nullable(named('logged_token', Type.Object({ id: Type.String(), name: Nullable(Type.String()) }))),
    request_id: Type.String({ description: 'The header x-request-id.' }),
    at: Type.Integer(),
    made: Type.Array(named('made_object', Type.Object({ type: Type.String(), id: Type.String() })), {
      description: 'What it made or changed.',
    }),
  }),
)

const Half = named(
  'logged_half',
  Type.Object({
    headers: Type.Record(Type.String(), Type.String(), { description: 'Secrets are `[hidden]`.' }),
    body: Nullable(Type.String({ description: 'The text of the JSON. Null: none, or no text.' })),
    is_cut: Type.Boolean({ description: 'Whether the body was longer than 16,000 characters.' }),
  }),
)

export const WholeRequest = named(
  'logged_request_whole',
  Type.Object({ ...LoggedRequest.properties, request: Half, response: Half }),
)

const List = PageOf(LoggedRequest)
export const RequestPage = named(
  'logged_request_list',
  Type.Object({
    ...List.properties,
    is_on: Type.Boolean({ description: 'Whether this process logs requests: the setting REQUEST_LOG.' }),
  }),
)

export const RequestQuery = Type.Object({
  ...PageQuery.properties,
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'What the path contains, or the whole operation or x-request-id.',
    }),
  ),
  method: Type.Optional(Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])),
  status: Type.Optional(Type.String({ pattern: '^[1-5](\\d\\d|xx)$', description: '`404`, or a class: `4xx`.' })),
  operation: Type.Optional(Type.String({ maxLength: 100, description: 'An operationId.' })),
})

export const presentRequest = (row: RequestRow): Static<typeof LoggedRequest> => ({
  type: 'request',
  id: row.id,
  method: row.method,
  path: row.path,
  operation: row.operation,
  status: row.status,
  ms: Math.round(row.ms * 10) / 10,
  version: row.version,
  token: row.token_id ? { id: row.token_id, name: row.token_name } : null,
  request_id: row.request_id,
  at: epoch(row.requested_at),
  made: row.made,
})

export const presentWholeRequest = (row: WholeRequestRow): Static<typeof WholeRequest> => ({
  ...presentRequest(row),
  request: { headers: row.request_headers, body: row.request_body, is_cut: row.request_is_cut },
  response: { headers: row.response_headers, body: row.response_body, is_cut: row.response_is_cut },
})
