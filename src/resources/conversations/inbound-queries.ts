// Which conversation an incoming message belongs to, and whether it was received before.

import type { ChannelName } from '#channels/channel.ts'
import { one } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from './queries.ts'

/** Returns false if it was received before. Until the transaction ends, it cannot be received a second time. */
export async function claimReceived(workspace: Workspace, channel: ChannelName, provider_id: string): Promise<boolean> {
  const claimed = await workspace.sql`
    insert into received_messages (workspace_id, channel, provider_id, received_at)
    values (${workspace.id}, ${channel}, ${provider_id}, ${workspace.now()})
    on conflict do nothing`
  return claimed.count > 0
}

/** Notes where it was added: `part_id` is null for the message that starts the conversation. */
export const placeReceived = (
  workspace: Workspace,
  channel: ChannelName,
  provider_id: string,
  { conversation_id, part_id }: ReceivedPlace,
) => workspace.sql`
  update received_messages set conversation_id = ${conversation_id}, part_id = ${part_id}
  where workspace_id = ${workspace.id} and channel = ${channel} and provider_id = ${provider_id}`

export type ReceivedPlace = { conversation_id: string; part_id: string | null }

/** Returns where a message was added that was received in the last month, unless that was deleted. */
export const findReceived = (workspace: Workspace, channel: ChannelName, provider_id: string) =>
  one(workspace.sql<ReceivedPlace[]>`
    select conversation_id, part_id from received_messages
    where workspace_id = ${workspace.id} and channel = ${channel} and provider_id = ${provider_id}
      and exists (select from conversations
        where conversations.workspace_id = ${workspace.id} and conversations.id = conversation_id)`)

/** Returns the HTML that a received message is shown with. */
export const findShownBody = async (
  { sql, id }: Workspace,
  { conversation_id, part_id }: ReceivedPlace,
): Promise<string | null> => {
  const [row] = await sql<{ body: string | null }[]>`
    select case when ${part_id}::bigint is null then body
      else (select body from conversation_parts parts
        where parts.workspace_id = ${id} and parts.conversation_id = ${conversation_id} and parts.id = ${part_id}) end as body
    from conversations where workspace_id = ${id} and id = ${conversation_id}`
  return row?.body ?? null
}

/** Corrects a received email, unless it was redacted. `html` and `history` are safe HTML; `metadata` replaces that part of the metadata. */
export async function correctReceived(
  { sql, id, now }: Workspace,
  { conversation_id, part_id }: ReceivedPlace,
  { html, history, subject, metadata }: { html: string; history: string; subject: string; metadata: object },
): Promise<void> {
  const corrected = sql`
    (email_message_metadata - 'history') || ${JSON.stringify({ ...metadata, ...(history && { history }) })}::text::jsonb`
  if (part_id !== null) {
    await sql`
      update conversation_parts set body = ${html}, email_message_metadata = ${corrected}, updated_at = ${now()}
      where workspace_id = ${id} and conversation_id = ${conversation_id} and id = ${part_id} and not redacted`
    return
  }
  await sql`
    update conversations set body = ${html}, subject = ${subject}, email_message_metadata = ${corrected},
      updated_at = ${now()}
    where workspace_id = ${id} and id = ${conversation_id} and not redacted`
}

/** Corrects the first note of the bot whose text begins with `beginning`, if there is one. `html` is safe HTML. */
export const correctBotNote = (
  { sql, id, now }: Workspace,
  conversation_id: string,
  { beginning, html }: { beginning: string; html: string },
) => sql`
  update conversation_parts set body = ${html}, updated_at = ${now()}
  where workspace_id = ${id} and conversation_id = ${conversation_id} and id = (
    select id from conversation_parts
    where workspace_id = ${id} and conversation_id = ${conversation_id} and part_type = 'note' and author_type = 'bot'
      and starts_with(body, ${beginning}) and not redacted
    order by created_at, id limit 1)`

/** Whether it was received before. A transaction that receives it at this moment is not seen. */
export const wasReceived = async (workspace: Workspace, channel: ChannelName, provider_id: string): Promise<boolean> =>
  (
    await workspace.sql`
      select from received_messages
      where workspace_id = ${workspace.id} and channel = ${channel} and provider_id = ${provider_id}`
  ).count > 0

/** The contact's newest conversation or shared ticket on the channel (of a merged one that which is left), and the newest message to the contact without a reply. */
export type Candidates = {
  conversation: (Pick<ConversationRow, 'id' | 'state' | 'last_close_at'> & { last_message_at: Date }) | undefined
  unanswered: { conversation_id: string; created_at: Date } | undefined
}

export async function findCandidates(
  workspace: Workspace,
  contact_id: string,
  channel: ChannelName,
  source_type: ConversationRow['source_type'],
): Promise<Candidates> {
  const { sql, id } = workspace
  const conversation = await one(sql<NonNullable<Candidates['conversation']>[]>`
    select survivor.id, survivor.state, survivor.last_close_at, greatest(survivor.created_at,
      survivor.last_contact_reply_at, survivor.last_admin_reply_at) as last_message_at
    from conversations join conversations survivor
      on survivor.workspace_id = ${id} and survivor.id = coalesce(conversations.merged_into, conversations.id)
    where conversations.workspace_id = ${id} and conversations.source_type = ${source_type}
      and survivor.is_shared is not false and conversations.id in (
      select conversation_id from conversation_contacts where workspace_id = ${id} and contact_id = ${contact_id})
    order by survivor.state = 'closed', survivor.updated_at desc, survivor.id desc limit 1`)
  const unanswered = await one(sql<NonNullable<Candidates['unanswered']>[]>`
    select conversation_id, created_at from deliveries
    where workspace_id = ${id} and contact_id = ${contact_id} and channel = ${channel} and ${reserves(sql)}
      and status <> 'failed' and not (status = 'queued' and broadcast_id <> 0)
      and not exists (select from conversations where workspace_id = ${id} and id = deliveries.conversation_id)
    order by created_at desc, id desc limit 1`)
  return { conversation, unanswered }
}

/** Stores the Message-ID of a received mail: our answers refer to it, and so do answers of its other recipients. */
export const insertConversationMail = (workspace: Workspace, message_id: string, conversation_id: string) =>
  workspace.sql`
    insert into conversation_mails (workspace_id, message_id, conversation_id, received_at)
    values (${workspace.id}, ${message_id}, ${conversation_id}, ${workspace.now()})
    on conflict do nothing`
