// The SQL of captured messages.
import type { ChannelName, Status } from '#channels/channel.ts'
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
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
  status?: string | undefined
  q?: string | undefined
}

/** A text or a status is looked for among the newest of this number. */
export const SEARCHED = 10_000

/** By the order in which they were captured, whatever a sandbox does with its clock. */
export const newestCaptured = ({ sql }: Workspace): Order => ({
  by: sql`id`,
  type: 'bigint',
  direction: 'desc',
  is_id: true,
})

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

function matching({ sql, id }: Workspace, { channel, recipient, status, q }: CapturedFilter) {
  const has = (text: string) => sql`strpos(lower(${sql.unsafe(text)}), lower(${q!})) > 0`
  return sql`
    ${channel === undefined ? sql`true` : sql`channel = ${channel}`}
    and ${recipient === undefined ? sql`true` : sql`lower(recipient) = lower(${recipient})`}
    and ${status === undefined ? sql`true` : sql`status = ${status}`}
    and ${q === undefined ? sql`true` : sql`(${has('recipient')} or ${has('subject')} or ${has('contact_name')} or ${has('contact_email')} or ${has("rendered->>'text'")})`}
    and ${
      q === undefined && status === undefined
        ? sql`true`
        : sql`id >= coalesce((
            select id from captured_messages
            where workspace_id = ${id} order by id desc offset ${SEARCHED - 1} limit 1), 0)`
    }`
}

export const listCaptured = (workspace: Workspace, filter: CapturedFilter, page: Page) => {
  const order = newestCaptured(workspace)
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
