// The SQL of data connectors.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const HTTP_METHODS = ['get', 'post', 'put', 'delete', 'patch'] as const
export const INPUT_TYPES = ['string', 'integer', 'decimal', 'boolean'] as const
export const AUDIENCES = ['leads', 'users', 'visitors'] as const

export type DataInput = {
  name: string
  type: (typeof INPUT_TYPES)[number]
  description: string
  required: boolean
  default_value: string
}

export type ResponseField = {
  path: string
  type: 'unknown' | 'string' | 'integer' | 'decimal' | 'datetime' | 'boolean'
  example_value: unknown
  redacted: boolean
}

/** What a connector does. The value of a header is sealed, in base64. */
export type Settings = {
  name: string
  description: string | null
  http_method: (typeof HTTP_METHODS)[number]
  url: string | null
  body: string | null
  headers: { name: string; sealed_value: string }[]
  direct_fin_usage: boolean
  audiences: (typeof AUDIENCES)[number][]
  data_inputs: DataInput[]
  response_fields: ResponseField[]
  configuration_response_type: 'test_response_type' | 'mock_response_type'
  customer_authentication: boolean
  bypass_authentication: boolean
  validate_missing_attributes: boolean
}

export type ConnectorRow = {
  id: string
  live: Settings | null
  draft: Settings | null
  created_by_admin_id: string | null
  updated_by_admin_id: string | null
  created_at: Date
  updated_at: Date
}

const columns = ({ sql }: Workspace) =>
  sql`id, live, draft, created_by_admin_id, updated_by_admin_id, created_at, updated_at`

/** Returns a page of connectors, the last changed first. */
export async function pageOfConnectors(workspace: Workspace, page: Page): Promise<PageResult<ConnectorRow>> {
  const order = newest(workspace, 'updated_at')
  const rows = await workspace.sql<(ConnectorRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from data_connectors
    where workspace_id = ${workspace.id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => 0)
}

/** The live ones, oldest first, at most a hundred. */
export const listLiveConnectors = (workspace: Workspace) => workspace.sql<ConnectorRow[]>`
  select ${columns(workspace)} from data_connectors
  where workspace_id = ${workspace.id} and live is not null order by id limit 100`

export const findConnector = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConnectorRow[]>`
    select ${columns(workspace)} from data_connectors where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the connector until the transaction ends. */
export const lockConnector = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConnectorRow[]>`
    select ${columns(workspace)} from data_connectors
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const insertConnector = (workspace: Workspace, draft: Settings) =>
  one(workspace.sql<ConnectorRow[]>`
    insert into data_connectors
      (workspace_id, draft, created_by_admin_id, updated_by_admin_id, created_at, updated_at)
    values (${workspace.id}, ${JSON.stringify(draft)}::text::jsonb, ${workspace.admin_id}, ${workspace.admin_id},
      ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<ConnectorRow>

export const updateConnector = (
  workspace: Workspace,
  id: string,
  { live, draft }: Pick<ConnectorRow, 'live' | 'draft'>,
) =>
  one(workspace.sql<ConnectorRow[]>`
    update data_connectors set live = ${live && JSON.stringify(live)}::text::jsonb,
      draft = ${draft && JSON.stringify(draft)}::text::jsonb, updated_by_admin_id = ${workspace.admin_id},
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<ConnectorRow>

/** Also deletes its results. */
export const deleteConnector = (workspace: Workspace, id: string) => workspace.sql`
  delete from data_connectors where workspace_id = ${workspace.id} and id = ${id}`
