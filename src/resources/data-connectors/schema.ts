// Data connectors over the wire. Their times are ISO 8601.
import { type Static, type TProperties, Type } from 'typebox'
import { UncountedPages } from '#http/lists.ts'
import { Nullable, named } from '#http/types.ts'
import { AUDIENCES, type ConnectorRow, HTTP_METHODS, INPUT_TYPES, type Settings } from './queries.ts'

const Time = Type.String({ description: 'ISO 8601.', examples: ['2026-06-01T12:00:00Z'] })
const AdminId = Nullable(Type.String())

const SUMMARY = {
  type: Type.Literal('data_connector'),
  id: Type.String(),
  name: Type.String(),
  description: Nullable(Type.String()),
  state: Type.Enum(['draft', 'live']),
  http_method: Type.Enum([...HTTP_METHODS]),
  direct_fin_usage: Type.Boolean(),
  created_by_admin_id: AdminId,
  updated_by_admin_id: AdminId,
  created_at: Time,
  updated_at: Time,
  execution_results_url: Type.String({ description: 'A path.' }),
}

export const DataConnector = named('data_connector', Type.Object(SUMMARY))

export const DataConnectorList = named(
  'data_connector_list',
  Type.Object({ type: Type.Literal('list'), data: Type.Array(DataConnector), pages: UncountedPages }),
)

const ResponseField = Type.Object({
  path: Type.String(),
  type: Type.Enum(['unknown', 'string', 'integer', 'decimal', 'datetime', 'boolean']),
  example_value: Type.Unknown(),
  redacted: Type.Boolean(),
})

const ObjectMapping = Type.Object({
  response_object_path: Type.String(),
  intercom_object_type: Type.Enum(['conversation', 'user']),
  attribute_mappings: Type.Array(
    Type.Object({
      response_attribute_path: Type.String(),
      intercom_attribute_identifier: Type.String(),
      mapping_type: Type.Enum(['primitive_mapping', 'context_mapping']),
    }),
  ),
  reference_mappings: Type.Array(
    Type.Object({
      intercom_attribute_identifier: Type.String(),
      intercom_object_type: Type.Enum(['conversation', 'user']),
    }),
  ),
})

export const DataConnectorDetail = named(
  'data_connector_detail',
  Type.Object({
    ...SUMMARY,
    url: Type.Optional(Nullable(Type.String())),
    body: Type.Optional(Type.String()),
    headers: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), value: Type.Literal('****') }), {
        description: 'Their values are never shown.',
      }),
    ),
    audiences: Type.Array(Type.Enum([...AUDIENCES])),
    execution_type: Type.Enum(['server_side', 'client_side']),
    configuration_response_type: Type.Enum(['test_response_type', 'mock_response_type']),
    data_transformation_type: Type.Enum(['full_access', 'redacted_access', 'code_block_transformation']),
    client_function_name: Nullable(Type.String()),
    client_function_timeout_ms: Type.Integer(),
    data_inputs: Type.Array(
      Type.Object({
        name: Type.String(),
        type: Type.Enum([...INPUT_TYPES]),
        description: Nullable(Type.String()),
        required: Type.Boolean(),
        default_value: Type.String(),
      }),
    ),
    response_fields: Type.Array(ResponseField),
    object_mappings: Type.Array(ObjectMapping),
    token_ids: Type.Array(Type.String()),
    customer_authentication: Type.Boolean(),
    bypass_authentication: Type.Boolean(),
    validate_missing_attributes: Type.Boolean(),
  }),
)
export type Detail = Static<typeof DataConnectorDetail>

export const DeletedDataConnector = named(
  'deleted_data_connector_object',
  Type.Object({ id: Type.String(), object: Type.Literal('data_connector'), deleted: Type.Literal(true) }),
)

const optional = <P extends TProperties>(properties: P) => Type.Partial(Type.Object(properties))

const HeaderRequest = named(
  'data_connector_header_request',
  optional({ name: Type.String(), value: Type.String({ description: 'Can have variables.' }) }),
)

const InputRequest = named(
  'data_connector_input_request',
  optional({
    name: Type.String(),
    type: Type.String(),
    description: Nullable(Type.String()),
    required: Type.Boolean(),
    default_value: Nullable(Type.String()),
  }),
)

/** The values of enums, and what is required, are checked by `read.ts`, because their errors have Intercom's texts. */
const FIELDS = {
  name: Nullable(Type.String()),
  description: Nullable(Type.String()),
  http_method: Nullable(Type.String({ examples: ['get'] })),
  url: Nullable(Type.String({ description: 'Can have variables such as `{{order_id}}` after its host.' })),
  body: Nullable(Type.String({ description: 'Can have variables.' })),
  direct_fin_usage: Nullable(Type.Boolean()),
  audiences: Nullable(Type.Array(Type.String(), { maxItems: 100 })),
  headers: Nullable(Type.Array(HeaderRequest, { maxItems: 100 })),
  data_inputs: Nullable(Type.Array(InputRequest, { maxItems: 100 })),
  customer_authentication: Nullable(Type.Boolean()),
  bypass_authentication: Nullable(Type.Boolean()),
  validate_missing_attributes: Nullable(Type.Boolean()),
  mock_response: Nullable(Type.Record(Type.String(), Type.Unknown())),
  token_ids: Nullable(Type.Array(Type.String(), { maxItems: 100 })),
}

export const NewConnectorRequest = named('create_data_connector_request', optional(FIELDS))
export type ConnectorRequest = Static<typeof NewConnectorRequest>

export const ConnectorRequest = named(
  'update_data_connector_request',
  optional({ ...FIELDS, state: Type.String({ description: '`draft` or `live`.' }) }),
)

/** Without milliseconds. */
export const iso = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z')

const summaryOf = (row: ConnectorRow, { name, description, http_method, direct_fin_usage }: Settings) => ({
  ...{ type: 'data_connector' as const, id: row.id, name, description },
  state: row.live ? ('live' as const) : ('draft' as const),
  ...{ http_method, direct_fin_usage },
  created_by_admin_id: row.created_by_admin_id,
  updated_by_admin_id: row.updated_by_admin_id,
  created_at: iso(row.created_at),
  updated_at: iso(row.updated_at),
  execution_results_url: `/data_connectors/${row.id}/execution_results`,
})

export type StateVersion = 'live' | 'draft'

/** Returns the settings of a version; those of the other one if the connector does not have it. */
export const settingsOf = ({ live, draft }: ConnectorRow, wanted: StateVersion): Settings =>
  (wanted === 'draft' ? (draft ?? live) : (live ?? draft)) as Settings

export const presentConnector = (row: ConnectorRow): Static<typeof DataConnector> =>
  summaryOf(row, settingsOf(row, 'live'))

export function presentDetail(row: ConnectorRow, wanted: StateVersion): Detail {
  const settings = settingsOf(row, wanted)
  const { url, body, headers, audiences, data_inputs, response_fields, configuration_response_type } = settings
  return {
    ...summaryOf(row, settings),
    ...(url !== null && { url }),
    ...(body !== null && { body }),
    headers: headers.map(({ name }) => ({ name, value: '****' as const })),
    ...{
      audiences,
      execution_type: 'server_side',
      configuration_response_type,
      data_transformation_type: 'full_access',
    },
    ...{ client_function_name: null, client_function_timeout_ms: 30_000 },
    ...{
      data_inputs,
      response_fields: response_fields as Detail['response_fields'],
      object_mappings: [],
      token_ids: [],
    },
    customer_authentication: settings.customer_authentication,
    bypass_authentication: settings.bypass_authentication,
    validate_missing_attributes: settings.validate_missing_attributes,
  }
}
