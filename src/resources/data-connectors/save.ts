// Creates, changes and deletes data connectors. A change of a live one is staged as a draft beside it.
import { conflict, notFound } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type ConnectorRow,
  deleteConnector,
  findConnector,
  insertConnector,
  lockConnector,
  type Settings,
  updateConnector,
} from './queries.ts'
import { lacks, NEW, readSettings, refused } from './read.ts'
import { type ConnectorRequest, settingsOf } from './schema.ts'

const NOT_FOUND = () => notFound('Data connector not found', 'data_connector_not_found')

/** @throws a 404 if there is no such connector. */
export async function theConnector(workspace: Workspace, id: string): Promise<ConnectorRow> {
  const row = await findConnector(workspace, id)
  if (!row) throw NOT_FOUND()
  return row
}

async function lockedConnector(workspace: Workspace, id: string): Promise<ConnectorRow> {
  const row = await lockConnector(workspace, id)
  if (!row) throw NOT_FOUND()
  return row
}

/** @throws a 422 that names the wrong field */
export const createConnector = (
  workspace: Workspace,
  secret: string,
  request: ConnectorRequest,
): Promise<ConnectorRow> =>
  insertConnector(workspace, readSettings(secret, { ...request, name: request.name ?? null }, NEW))

/**
 * What the request leaves out stays. `state` publishes the draft, with the changes of the request, or takes the connector back
 * to a draft. @throws a 404, or a 422 that names the wrong field
 */
export async function changeConnector(
  workspace: Workspace,
  secret: string,
  id: string,
  { state, ...request }: ConnectorRequest & { state?: string },
): Promise<ConnectorRow> {
  if (state !== undefined && state !== 'live' && state !== 'draft')
    throw refused('Invalid state. Must be one of: draft, live')
  const before = await lockedConnector(workspace, id)
  const after = readSettings(secret, request, settingsOf(before, 'draft'))
  return updateConnector(workspace, before.id, versionsAfter(before, after, state, Object.keys(request).length > 0))
}

function versionsAfter(
  { live, draft }: ConnectorRow,
  after: Settings,
  state: 'live' | 'draft' | undefined,
  is_changed: boolean,
): Pick<ConnectorRow, 'live' | 'draft'> {
  if (state === 'draft' || (!state && !live)) return { live: null, draft: after }
  if (!state) return { live, draft: is_changed ? after : draft }
  if (!after.url) throw lacks('Url is required for a live data connector')
  return { live: after, draft: null }
}

/** Its results are deleted with it. @throws a 409 unless it is a draft */
export async function removeConnector(workspace: Workspace, id: string): Promise<string> {
  const connector = await lockedConnector(workspace, id)
  if (connector.live) throw conflict('Data connector must be in draft state to be deleted')
  await deleteConnector(workspace, connector.id)
  return connector.id
}
