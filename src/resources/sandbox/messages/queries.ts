// The SQL of captured messages.
import type { ChannelName, Status } from '#channels/channel.ts'
import { beyond, contains, cursorValue, inOrder, isAmongNewest, newestByNumber, type Page } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import { namedContact } from '#resources/contacts/fragments.ts'
import type { NamedContactRow } from '#resources/references.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type CapturedRow = NamedContactRow & {
  id: string
  message_id: string
  part_id: string | null
  delivery_id: string
  conversation_id: string
  channel: ChannelName
  recipient_type: 'to' | 'cc' | 'bcc'
  status: Status
  sender: string
  recipient: string
  subject: string | null
  rendered: Record<string, unknown>
  captured_at: Date
  cursor_value: string
}

export type CapturedFilter = {
  channel?: string | undefined
  recipient?: string | undefined
  delivery_id?: string | undefined
  status?: string | undefined
  q?: string | undefined
}

/** Captured messages with the columns of their deliveries and contacts. */
const source = ({ sql, id }: Workspace) => sql`
  (
    select captured.*, deliveries.message_id, deliveries.part_id, deliveries.conversation_id, deliveries.contact_id,
      deliveries.recipient_type, deliveries.status, contact_name, contact_email
    from captured_messages captured
    join deliveries on deliveries.workspace_id = captured.workspace_id and deliveries.id = delivery_id
    ${namedContact(sql, sql`deliveries.workspace_id`, sql`deliveries.contact_id`)}
    where captured.workspace_id = ${id}
  ) captured`

const TEXTS = ['recipient', 'subject', 'contact_name', 'contact_email', "rendered->>'text'"]

/** A text or a status is looked for among the newest. */
function matching(workspace: Workspace, { channel, recipient, delivery_id, status, q }: CapturedFilter) {
  const { sql } = workspace
  const is_bounded = q !== undefined || status !== undefined
  return sql`
    ${channel === undefined ? sql`true` : sql`channel = ${channel}`}
    and ${recipient === undefined ? sql`true` : sql`lower(recipient) = lower(${recipient})`}
    and ${delivery_id === undefined ? sql`true` : sql`delivery_id = ${rowId(delivery_id)}`}
    and ${status === undefined ? sql`true` : sql`status = ${status}`}
    and ${q === undefined ? sql`true` : contains(workspace, TEXTS, q)}
    and ${is_bounded ? isAmongNewest(workspace, 'captured_messages') : sql`true`}`
}

/** By the order in which they were captured, whatever a sandbox does with its clock. */
export const listCaptured = (workspace: Workspace, filter: CapturedFilter, page: Page) => {
  const order = newestByNumber(workspace)
  return workspace.sql<CapturedRow[]>`
    select captured.*, ${cursorValue(workspace, order)} from ${source(workspace)}
    where ${matching(workspace, filter)} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
}

export const countCaptured = async (workspace: Workspace, filter: CapturedFilter): Promise<number> => {
  const { sql, id } = workspace
  const is_of_one_table = filter.q === undefined && filter.status === undefined
  const [{ count }] = await sql<[{ count: string }]>`
    select count(*) from ${is_of_one_table ? sql`captured_messages` : source(workspace)}
    where workspace_id = ${id} and ${matching(workspace, filter)}`
  return Number(count)
}

export const findCaptured = (workspace: Workspace, id: string) =>
  one(workspace.sql<CapturedRow[]>`
    select captured.* from ${source(workspace)} where id = ${rowId(id)}`)
