// The SQL of captured messages.
import type { ChannelName } from '#channels/channel.ts'
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type CapturedRow = {
  id: string
  message_id: string
  delivery_id: string
  conversation_id: string
  contact_id: string
  channel: ChannelName
  status: 'queued' | 'sent' | 'delivered' | 'read' | 'failed'
  sender: string
  recipient: string
  subject: string | null
  rendered: Record<string, unknown>
  captured_at: Date
  cursor_value: string
}

export type CapturedFilter = { channel?: string | undefined; recipient?: string | undefined }

const matching = ({ sql }: Workspace, { channel, recipient }: CapturedFilter) => sql`
  ${channel ? sql`channel = ${channel}` : sql`true`}
  and ${recipient ? sql`lower(recipient) = lower(${recipient})` : sql`true`}`

export const newestCaptured = (workspace: Workspace): Order => ({
  by: workspace.sql`captured_at`,
  type: 'timestamptz',
  direction: 'desc',
})

export const listCaptured = (workspace: Workspace, filter: CapturedFilter, order: Order, page: Page) =>
  workspace.sql<CapturedRow[]>`
    select captured.*, deliveries.message_id, deliveries.conversation_id, deliveries.contact_id, deliveries.status
    from (
      select *, ${cursorValue(workspace, order)} from captured_messages
      where workspace_id = ${workspace.id} and ${matching(workspace, filter)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ) captured
    join deliveries on deliveries.workspace_id = captured.workspace_id and deliveries.id = delivery_id
    order by captured_at desc, captured.id desc`

export const countCaptured = async (workspace: Workspace, filter: CapturedFilter): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from captured_messages
    where workspace_id = ${workspace.id} and ${matching(workspace, filter)}`
  return Number(count)
}
