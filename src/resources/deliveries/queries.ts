// The SQL to show, list and cancel deliveries.
import type { ChannelName, Status } from '#channels/channel.ts'
import {
  beyond,
  contains,
  cursorValue,
  inOrder,
  isAmongNewest,
  newestByNumber,
  type Order,
  type Page,
} from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import { endQueued } from '#delivery/end.ts'
import { namedContact } from '#resources/contacts/fragments.ts'
import type { NamedContactRow } from '#resources/references.ts'
import type { Workspace } from '#workspaces/workspace.ts'

type Transition = {
  /** A timestamp in JSON. */
  at: string
  event: 'attempt' | 'report' | 'given_up' | 'canceled' | 'retried'
  status: Status
  attempt: number
  code: string | null
  reason: string | null
  answer: string | null
}

export type DeliveryRow = NamedContactRow & {
  id: string
  message_id: string
  part_id: string | null
  conversation_id: string
  channel: ChannelName
  recipient_type: 'to' | 'cc' | 'bcc'
  address: string
  status: Status
  attempts: number
  due_at: Date
  provider_id: string | null
  error_code: string | null
  error_reason: string | null
  error_details: string | null
  created_at: Date
  updated_at: Date
  history: Transition[]
  cursor_value: string
}

/** The queue uses the server's clock; `due_at` is shown by the workspace's clock, like all other times. */
const columns = ({ sql, ahead_ms }: Workspace) => sql`
  id, message_id, part_id, conversation_id, contact_id, channel, recipient_type, address, status, attempts,
  due_at + ${ahead_ms()} * interval '1 millisecond' as due_at,
  provider_id, error_code, error_reason, error_details, created_at, updated_at, contact_name, contact_email,
  (select coalesce(json_agg(json_build_object('at', at, 'event', event, 'status', history.status, 'attempt', attempt,
      'code', code, 'reason', reason, 'answer', answer) order by history.id), '[]')
    from delivery_history history
    where history.workspace_id = deliveries.workspace_id and delivery_id = deliveries.id) as history`

export const messageExists = async (workspace: Workspace, id: string): Promise<boolean> =>
  Boolean(await one(workspace.sql`select id from messages where workspace_id = ${workspace.id} and id = ${rowId(id)}`))

/** The order of the recipients in the request, blind copies last. It is the order of the index. */
export const inRecipientOrder = ({ sql }: Workspace): Order => ({
  by: sql`conversation_id`,
  type: 'bigint',
  direction: 'asc',
})

/** Deliveries of the message itself, not of later replies. */
const ofMessage = ({ sql }: Workspace, message_id: string) => sql`message_id = ${rowId(message_id)} and part_id is null`

/** Deliveries with the names of their contacts. */
const source = ({ sql }: Workspace) =>
  sql`deliveries ${namedContact(sql, sql`deliveries.workspace_id`, sql`contact_id`)}`

export const listDeliveriesOf = (workspace: Workspace, message_id: string, order: Order, page: Page) =>
  workspace.sql<DeliveryRow[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from ${source(workspace)}
    where workspace_id = ${workspace.id} and ${ofMessage(workspace, message_id)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`

export const countDeliveriesOf = async (workspace: Workspace, message_id: string): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from deliveries where workspace_id = ${workspace.id} and ${ofMessage(workspace, message_id)}`
  return Number(count)
}

export const findDelivery = (workspace: Workspace, id: string) =>
  one(workspace.sql<DeliveryRow[]>`
    select ${columns(workspace)} from ${source(workspace)} where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

export type DeliveryFilter = {
  status?: Status | undefined
  channel?: ChannelName | undefined
  message_id?: string | undefined
  q?: string | undefined
}

const TEXTS = ['address', 'contact_name', 'contact_email', 'error_reason']

/** A text or a channel is looked for among the newest. */
function matching(workspace: Workspace, { status, channel, message_id, q }: DeliveryFilter) {
  const { sql } = workspace
  const is_bounded = q !== undefined || channel !== undefined
  return sql`
    ${status === undefined ? sql`true` : sql`status = ${status}`}
    and ${channel === undefined ? sql`true` : sql`channel = ${channel}`}
    and ${message_id === undefined ? sql`true` : sql`message_id = ${rowId(message_id)}`}
    and ${q === undefined ? sql`true` : contains(workspace, TEXTS, q)}
    and ${is_bounded ? isAmongNewest(workspace, 'deliveries') : sql`true`}`
}

/** By the order in which they were queued, whatever a sandbox does with its clock. */
export const listDeliveries = (workspace: Workspace, filter: DeliveryFilter, page: Page) => {
  const order = newestByNumber(workspace)
  return workspace.sql<DeliveryRow[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from ${source(workspace)}
    where workspace_id = ${workspace.id} and ${matching(workspace, filter)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
}

export const countDeliveries = async (workspace: Workspace, filter: DeliveryFilter): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from ${filter.q === undefined ? workspace.sql`deliveries` : source(workspace)}
    where workspace_id = ${workspace.id} and ${matching(workspace, filter)}`
  return Number(count)
}

/** An attempt that is running is not stopped: if it succeeds, the delivery is sent. */
export const cancelDelivery = (workspace: Workspace, id: string) =>
  one(endQueued(workspace.sql, workspace.id, workspace.sql`id = ${rowId(id)}`, 'canceled', workspace.now()))
