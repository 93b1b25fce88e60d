// The SQL of the events of custom channels: answers by event_id, and conversations by external id.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Answer = {
  external_conversation_id: string
  conversation_id: string
  external_contact_id: string
  contact_id: string
}

/**
 * Reserves the id of an event until the transaction ends: another request with it waits. Returns the answer if the event was
 * handled before.
 */
export async function claimEvent(
  { sql, id, now }: Workspace,
  channel_id: string,
  event_id: string,
): Promise<Answer | undefined> {
  const { count } = await sql`
    insert into custom_channel_events (workspace_id, channel_id, event_id, received_at)
    values (${id}, ${channel_id}, ${event_id}, ${now()}) on conflict do nothing`
  if (count) return undefined
  const [handled] = await sql<[{ answer: Answer }]>`
    select answer from custom_channel_events
    where workspace_id = ${id} and channel_id = ${channel_id} and event_id = ${event_id}`
  const { external_conversation_id, conversation_id, external_contact_id, contact_id } = handled.answer
  return { external_conversation_id, conversation_id, external_contact_id, contact_id }
}

export const storeAnswer = ({ sql, id }: Workspace, channel_id: string, event_id: string, answer: Answer) => sql`
  update custom_channel_events set answer = ${JSON.stringify(answer)}::text::jsonb
  where workspace_id = ${id} and channel_id = ${channel_id} and event_id = ${event_id}`

/** Locks an external conversation until the transaction ends, also one that does not exist yet. Returns its id here. */
export async function lockExternal(
  { sql, id }: Workspace,
  channel_id: string,
  external_conversation_id: string,
): Promise<string | undefined> {
  const key = `custom channel ${id} ${channel_id} ${external_conversation_id}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`
  const mapped = await one(sql<{ conversation_id: string }[]>`
    select conversation_id from custom_channel_conversations
    where workspace_id = ${id} and channel_id = ${channel_id} and external_conversation_id = ${external_conversation_id}`)
  return mapped?.conversation_id
}

type Mapping = { channel_id: string; external_conversation_id: string; conversation_id: string }

export const insertMapping = ({ sql, id }: Workspace, mapping: Mapping) => sql`
  insert into custom_channel_conversations ${sql({ workspace_id: id, ...mapping })}`

/** Returns the external conversations of a conversation, and of those that were merged into it, with their subscriptions. */
export const listMappings = ({ sql, id }: Workspace, conversation_id: string) => sql<
  (Mapping & { subscription_id: string })[]
>`
  select channel_id, external_conversation_id, conversation_id, subscription_id
  from custom_channel_conversations mapped
  join custom_channels channels on channels.workspace_id = ${id} and channels.id = channel_id
  where mapped.workspace_id = ${id} and conversation_id in (
    select ${conversation_id}::bigint
    union all
    select merged.id from conversations merged where merged.workspace_id = ${id} and merged.merged_into = ${conversation_id}
  )
  order by conversation_id, channel_id, external_conversation_id`

/** Returns the channel that has the external conversation, else the oldest of the workspace. */
export const findChannelFor = ({ sql, id }: Workspace, external_conversation_id: string | null) =>
  one(sql<{ id: string }[]>`
    select id from custom_channels channels where workspace_id = ${id}
    order by exists (
      select from custom_channel_conversations
      where workspace_id = ${id} and channel_id = channels.id and external_conversation_id = ${external_conversation_id}
    ) desc, id limit 1`)

/** Returns the text of a quick reply option that was offered in the conversation. */
export const findOption = async ({ sql, id }: Workspace, conversation_id: string, uuid: string) =>
  (
    await one(sql<{ text: string }[]>`
      select option ->> 'text' as text from conversation_parts
      cross join jsonb_array_elements(metadata -> 'quick_reply_options') option
      where workspace_id = ${id} and conversation_id = ${conversation_id} and part_type = 'quick_reply'
        and option ->> 'uuid' = ${uuid}
      order by conversation_parts.id desc limit 1`)
  )?.text

/** Removes the ids of events after 30 days, by the clock of the server. */
export const expireEvents = ({ sql }: Pick<Workspace, 'sql'>) => sql`
  delete from custom_channel_events using custom_channels channels
  where custom_channel_events.workspace_id = channels.workspace_id and channel_id = channels.id
    and received_at < now() - interval '30 days'`
