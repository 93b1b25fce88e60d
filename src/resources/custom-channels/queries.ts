// The SQL of custom channels.
import { one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { SubscriptionRow } from '#resources/webhooks/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ChannelRow = {
  id: string
  name: string
  workflow_id: string | null
  subscription_id: string
  /** Only of a demo workspace. */
  demo_key: string | null
  created_at: Date
  updated_at: Date
} & Pick<SubscriptionRow, 'url' | 'bearer_token' | 'state' | 'state_reason'>

const selected = ({ sql, id }: Workspace) => sql`
  select channels.id, name, workflow_id, subscription_id, demo_key, channels.created_at, channels.updated_at, url, bearer_token,
    state, state_reason
  from custom_channels channels join webhook_subscriptions subscriptions
    on subscriptions.workspace_id = channels.workspace_id and subscriptions.id = subscription_id
  where channels.workspace_id = ${id}`

export const listChannels = (workspace: Workspace) => workspace.sql<ChannelRow[]>`
  ${selected(workspace)} order by channels.id`

export const findChannel = (workspace: Workspace, id: string) =>
  one(workspace.sql<ChannelRow[]>`${selected(workspace)} and channels.id = ${rowId(id)}`)

/** @throws a 404 */
export const theChannel = async (workspace: Workspace, id: string): Promise<ChannelRow> =>
  found(await findChannel(workspace, id), 'Custom channel not found')

/** Locks the number of channels until the transaction ends, and returns it. */
export async function lockAndCount({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${id} custom channels`}, 0))`
  const [counted] = await sql<[{ count: number }]>`
    select count(*)::integer as count from custom_channels where workspace_id = ${id}`
  return counted.count
}

type NewChannel = Pick<ChannelRow, 'name' | 'workflow_id' | 'subscription_id'>

export async function insertChannel({ sql, id: workspace_id, now }: Workspace, channel: NewChannel): Promise<string> {
  const [{ id }] = await sql<[{ id: string }]>`
    insert into custom_channels ${sql({ workspace_id, ...channel, created_at: now(), updated_at: now() })} returning id`
  return id
}

export const updateChannel = (
  { sql, id: workspace_id, now }: Workspace,
  id: string,
  changes: Partial<Pick<ChannelRow, 'name' | 'workflow_id' | 'demo_key'>>,
) => sql`
  update custom_channels set ${sql({ ...changes, updated_at: now() })} where workspace_id = ${workspace_id} and id = ${id}`
