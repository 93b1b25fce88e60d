// What a workspace has armed.
import type { ChannelName } from '#channels/channel.ts'
import { one, rowId } from '#db/sql.ts'
import type { REQUEST_FAULTS, SEND_FAULTS } from '#workspaces/faults.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type FaultRow = {
  id: string
  target: 'requests' | 'sends'
  fault: (typeof REQUEST_FAULTS | typeof SEND_FAULTS)[number]
  operation: string | null
  method: string | null
  path: string | null
  channel: ChannelName | null
  retry_after: number
  delay_ms: number
  code: string | null
  reason: string | null
  times: number
  remaining: number
  created_at: Date
}

export type NewFault = Omit<FaultRow, 'id' | 'remaining' | 'created_at'>

export const listFaults = (workspace: Workspace) => workspace.sql<FaultRow[]>`
  select * from faults where workspace_id = ${workspace.id} and remaining > 0 order by id`

/** Undefined where `most` are armed already. What is used up makes room. */
export async function insertFault(workspace: Workspace, fault: NewFault, most: number): Promise<FaultRow | undefined> {
  const { sql, id: workspace_id } = workspace
  await sql`delete from faults where workspace_id = ${workspace_id} and remaining = 0`
  const row = { ...fault, workspace_id, remaining: fault.times, created_at: workspace.now() }
  const [{ count }] = await sql<[{ count: string }]>`select count(*) from faults where workspace_id = ${workspace_id}`
  return Number(count) < most ? one(sql<FaultRow[]>`insert into faults ${sql(row)} returning *`) : undefined
}

export const deleteFault = (workspace: Workspace, id: string) =>
  one(workspace.sql<FaultRow[]>`
    delete from faults where workspace_id = ${workspace.id} and id = ${rowId(id)} and remaining > 0 returning *`)

/** Returns how many were still armed. */
export async function deleteFaults(workspace: Workspace): Promise<number> {
  const [counted] = await workspace.sql<[{ count: string }]>`
    with disarmed as (delete from faults where workspace_id = ${workspace.id} returning remaining)
    select count(*) from disarmed where remaining > 0`
  return Number(counted.count)
}
