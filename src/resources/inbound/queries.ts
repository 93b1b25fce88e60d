// The SQL of inbound messages that are in no conversation, or were taken into one later.
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, type Pool, rowId } from '#db/sql.ts'
import { claimedFile } from '#files/queries.ts'
import { listClocks } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type InboundChannel = 'email' | 'sms' | 'whatsapp'
/** `doubtful`: a mail that is in a conversation, and whose text may be wrong. */
export type InboundState = 'left_out' | 'taken' | 'doubtful'

export type InboundRow = {
  id: string
  channel: InboundChannel
  provider_id: string
  state: InboundState
  reason: string
  detail: string | null
  sender: string | null
  recipients: string[]
  subject: string | null
  preview: string | null
  raw: unknown
  key: string | null
  raw_size: number | null
  conversation_id: string | null
  received_at: Date
  taken_at: Date | null
  cursor_value: string
}

export type NewInbound = Pick<
  InboundRow,
  | 'channel'
  | 'provider_id'
  | 'reason'
  | 'detail'
  | 'sender'
  | 'recipients'
  | 'subject'
  | 'preview'
  | 'raw'
  | 'key'
  | 'raw_size'
>

/** Inserts the message once, claims its file, and returns its id; of a repeat the id of the first one. */
export const insertInbound = (workspace: Workspace, message: NewInbound) => {
  const { sql, id } = workspace
  const { channel, provider_id, key } = message
  return one(sql<{ id: string }[]>`
    with inserted as (
      insert into inbound_messages (workspace_id, channel, provider_id, reason, detail, sender, recipients, subject,
        preview, raw, key, raw_size, received_at)
      select ${id}, ${channel}, ${provider_id}, ${message.reason}, ${message.detail}, ${message.sender},
        ${message.recipients}::text[], ${message.subject}, ${message.preview},
        ${message.raw === undefined ? null : JSON.stringify(message.raw)}::text::jsonb, ${key}, ${message.raw_size}::int,
        ${workspace.now()}
      on conflict (workspace_id, channel, provider_id) do nothing
      returning id
    ),
    claimed as (${claimedFile(sql, key ?? '', sql`exists (select from inserted)`)})
    select id, (select count(*) from claimed) as claimed from inserted
    union all
    select id, 0 from inbound_messages
    where workspace_id = ${id} and channel = ${channel} and provider_id = ${provider_id}
    limit 1`) as Promise<{ id: string }>
}

export const findRepeated = (workspace: Workspace, channel: InboundChannel, provider_id: string) =>
  one(workspace.sql<{ id: string }[]>`
    select id from inbound_messages
    where workspace_id = ${workspace.id} and channel = ${channel} and provider_id = ${provider_id}`)

/** Returns how many messages were left out since then, and the bytes of their raw contents together. */
export const countSince = async (workspace: Workspace, since: Date): Promise<{ messages: number; bytes: number }> => {
  const [counted] = await workspace.sql<[{ messages: string; bytes: string }]>`
    select count(*) as messages, coalesce(sum(raw_size), 0) as bytes
    from inbound_messages where workspace_id = ${workspace.id} and received_at > ${since}`
  return { messages: Number(counted.messages), bytes: Number(counted.bytes) }
}

export const findInbound = (workspace: Workspace, id: string) =>
  one(workspace.sql<InboundRow[]>`
    select * from inbound_messages where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the message until the transaction ends, so that it is taken once. */
export const lockInbound = (workspace: Workspace, id: string) =>
  one(workspace.sql<InboundRow[]>`
    select * from inbound_messages where workspace_id = ${workspace.id} and id = ${id} for update`)

export const markTaken = (workspace: Workspace, id: string, conversation_id: string) => workspace.sql`
  update inbound_messages set state = 'taken', conversation_id = ${conversation_id}, taken_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

export const markDoubtful = (workspace: Workspace, id: string, conversation_id: string) => workspace.sql`
  update inbound_messages set state = 'doubtful', conversation_id = ${conversation_id}
  where workspace_id = ${workspace.id} and id = ${id}`

/** Deletes the message that is at this place of a conversation, and those of the conversation whose place is not known. */
export const deleteReceived = (
  { sql, id }: Workspace,
  { conversation_id, part_id }: { conversation_id: string; part_id: string | null },
) => sql`
  delete from inbound_messages
  where workspace_id = ${id} and conversation_id = ${conversation_id} and not exists (
    select from received_messages received
    where received.workspace_id = ${id} and received.channel = inbound_messages.channel
      and received.provider_id = inbound_messages.provider_id and received.conversation_id is not null
      and (received.conversation_id, received.part_id) is distinct from (${conversation_id}::bigint, ${part_id}::bigint))`

export const noteCharset = (workspace: Workspace, id: string, charset: string) => workspace.sql`
  update inbound_messages set detail = ${`It was read again as ${charset}.`}
  where workspace_id = ${workspace.id} and id = ${id}`

export type InboundFilter = { state?: InboundState | undefined; channel?: InboundChannel | undefined }

const meeting = ({ sql }: Workspace, { state, channel }: InboundFilter) => sql`
  ${state ? sql`state = ${state}` : sql`true`} and ${channel ? sql`channel = ${channel}` : sql`true`}`

export const newestReceived = ({ sql }: Workspace): Order => ({
  ...{ by: sql`received_at`, type: 'timestamptz', direction: 'desc' },
})

export const listInbound = (workspace: Workspace, filter: InboundFilter, order: Order, page: Page) =>
  workspace.sql<InboundRow[]>`
    select *, ${cursorValue(workspace, order)} from inbound_messages
    where workspace_id = ${workspace.id} and ${meeting(workspace, filter)} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`

export const countInbound = async (workspace: Workspace, filter: InboundFilter): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from inbound_messages where workspace_id = ${workspace.id} and ${meeting(workspace, filter)}`
  return Number(count)
}

/** In a workspace whose clock a sandbox has set, times do not show the age: its messages stay. */
export const deleteOld = async (sql: Pool, days: number) => {
  const clocks = (await listClocks(sql)).map(({ id }) => id)
  await sql`
    delete from inbound_messages
    where received_at < now() - ${days} * interval '1 day' and not workspace_id = any(${clocks})`
}
