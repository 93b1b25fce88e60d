// The faults that a workspace has armed for its next requests, sends and webhooks: armed, listed, used, disarmed.
import type { ChannelName } from '#channels/channel.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from './workspace.ts'

export const REQUEST_FAULTS = ['429', '500', '503', 'timeout', 'delay', 'lose_answer'] as const
export const SEND_FAULTS = ['429', '500', 'timeout', 'permanent'] as const
/** Statuses that the endpoint seems to answer, and what can happen on the way. */
export const WEBHOOK_FAULTS = [
  ...(['400', '401', '403', '404', '410', '429', '500', '502', '503', '504', 'timeout'] as const),
  ...(['delay', 'double', 'out_of_order'] as const),
]

/** A fault for requests. A condition that is null matches every request. */
export type RequestFault = {
  id: string
  fault: (typeof REQUEST_FAULTS)[number]
  operation: string | null
  method: string | null
  /** Also matches all paths under it. */
  path: string | null
  /** Seconds for the Retry-After header; 0: no header. */
  retry_after: number
  delay_ms: number
}

/** A fault for sending a delivery, applied before its account is called. */
export type SendFault = {
  id: string
  fault: (typeof SEND_FAULTS)[number]
  retry_after: number
  /** The provider's error, if the workspace chose one. */
  code: string | null
  reason: string | null
}

/** A fault for sending a notification of a webhook, applied before its endpoint is called. */
export type WebhookFault = Pick<RequestFault, 'id' | 'retry_after' | 'delay_ms'> & {
  fault: (typeof WEBHOOK_FAULTS)[number]
}

export const listWebhookFaults = (sql: Sql, workspace_id: string, topic: string) => sql<WebhookFault[]>`
  select id, fault, retry_after, delay_ms from faults
  where workspace_id = ${workspace_id} and target = 'webhooks' and remaining > 0 and (topic is null or topic = ${topic})
  order by id`

export const listSendFaults = (sql: Sql, workspace_id: string, channel: string) => sql<SendFault[]>`
  select id, fault, retry_after, code, reason from faults
  where workspace_id = ${workspace_id} and target = 'sends' and remaining > 0
    and (channel is null or channel = ${channel})
  order by id`

/** Uses a fault once. Returns false if it is used up or disarmed. Safe in several processes at once. */
export const useFault = async (sql: Sql, workspace_id: string, id: string): Promise<boolean> =>
  Boolean(
    await one(sql`
      update faults set remaining = remaining - 1
      where workspace_id = ${workspace_id} and id = ${id} and remaining > 0 returning id`),
  )

export type FaultRow = {
  id: string
  target: 'requests' | 'sends' | 'webhooks'
  fault: (typeof REQUEST_FAULTS | typeof SEND_FAULTS | typeof WEBHOOK_FAULTS)[number]
  operation: string | null
  method: string | null
  path: string | null
  channel: ChannelName | null
  topic: string | null
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

/** Returns undefined if `limit` faults are already armed. Deletes those that are used up. */
export async function insertFault(workspace: Workspace, fault: NewFault, limit: number): Promise<FaultRow | undefined> {
  const { sql, id: workspace_id } = workspace
  await sql`delete from faults where workspace_id = ${workspace_id} and remaining = 0`
  const row = { ...fault, workspace_id, remaining: fault.times, created_at: workspace.now() }
  const [{ count }] = await sql<[{ count: string }]>`select count(*) from faults where workspace_id = ${workspace_id}`
  return Number(count) < limit ? one(sql<FaultRow[]>`insert into faults ${sql(row)} returning *`) : undefined
}

export const deleteFault = (workspace: Workspace, id: string) =>
  one(workspace.sql<FaultRow[]>`
    delete from faults where workspace_id = ${workspace.id} and id = ${rowId(id)} and remaining > 0 returning *`)

/** Returns the number of faults that were still armed. */
export async function deleteFaults(workspace: Workspace): Promise<number> {
  const [counted] = await workspace.sql<[{ count: string }]>`
    with disarmed as (delete from faults where workspace_id = ${workspace.id} returning remaining)
    select count(*) from disarmed where remaining > 0`
  return Number(counted.count)
}
