// Puts deliveries into the queue: one row for each recipient, in the transaction that accepts the message.
import type { ChannelName } from '#channels/channel.ts'
import type { Fragment, Sql } from '#db/sql.ts'
import { currentTraceparent } from '#tracing/trace.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { notifyWorker } from './signals.ts'

export type NewDelivery = {
  channel: ChannelName
  /** The message to deliver, or the source of the conversation if a part is delivered. */
  message_id: string
  /** The part to deliver, if this is an answer in a conversation. */
  part_id: string | null
  /** The set whose statuses are read together; a single message is its own set. */
  ruleset_id: string
  conversation_id: string
  contact_id: string
  recipient_type: 'to' | 'cc' | 'bcc'
  /** The email address or E.164 number; for in-app messages the contact's id. */
  address: string
  name: string | null
}

const COLUMNS = [
  'workspace_id',
  'channel',
  'message_id',
  'part_id',
  'ruleset_id',
  'conversation_id',
  'contact_id',
  'recipient_type',
  'address',
  'name',
  'created_at',
  'updated_at',
  'traceparent',
] as const

/**
 * Returns an INSERT for a CTE, for statements that find the recipients themselves. `rows` is a query of: workspace_id,
 * channel, message_id, ruleset_id, broadcast_id (0: no broadcast), conversation_id, contact_id, recipient_type, address,
 * name, parameters, created_at, updated_at, traceparent (of the request that accepts them, or null). Call `notifyWorker`
 * after the commit.
 */
export const insertedDeliveries = (sql: Sql, rows: Fragment): Fragment => sql`
  insert into deliveries (workspace_id, channel, message_id, ruleset_id, broadcast_id, conversation_id, contact_id,
    recipient_type, address, name, parameters, created_at, updated_at, traceparent) ${rows}`

export async function enqueue(workspace: Workspace, deliveries: NewDelivery[]): Promise<void> {
  if (!deliveries.length) return
  const now = workspace.now()
  const traceparent = currentTraceparent() ?? null
  const rows = deliveries.map((delivery) => ({
    ...delivery,
    workspace_id: workspace.id,
    created_at: now,
    updated_at: now,
    traceparent,
  }))
  await workspace.sql`insert into deliveries ${workspace.sql(rows, ...COLUMNS)}`
  workspace.afterCommit(notifyWorker)
}
