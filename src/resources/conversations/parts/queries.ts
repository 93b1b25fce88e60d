// The SQL of a conversation's parts: replies, notes and actions.

import type { Static } from 'typebox'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { one, rowId } from '#db/sql.ts'
import { botOf } from '#resources/admins/fragments.ts'
import { currentAttachments } from '#resources/attachments/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { tagsOf } from '#resources/tags/fragments.ts'
import type { Tag } from '#resources/tags/schema.ts'
import type { StateCategory } from '#resources/ticket-types/states/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from '../queries.ts'
import type { UpdatedAttribute } from '../tickets/change.ts'

/**
 * Null stands for what most parts have: no attachments, metadata and tags, and the times of their creation. A conversation
 * has up to 500 parts, and the driver reads null much faster.
 */
export type PartRow = {
  id: string
  part_type: string
  body: string | null
  author_type: 'admin' | 'bot' | 'user' | 'lead'
  author_id: string
  author_name: string | null
  author_email: string | null
  assigned_to_type: 'admin' | 'team' | 'nobody_admin' | null
  assigned_to_id: string | null
  state: ConversationRow['state']
  attachments: Attachment[] | null
  metadata: Record<string, unknown> | null
  event_details: Record<string, unknown> | null
  email_message_metadata: EmailMessageMetadata | null
  ticket_change: TicketChange | null
  redacted: boolean
  external_reply_send_state: string | null
  /** The admin who saw it first. */
  seen_by: string | null
  tags: Static<typeof Tag>[] | null
  created_at: Date
  updated_at: Date | null
  notified_at: Date | null
}

/** What changed in a ticket. `notice`: the HTML that the contacts get, if the part is sent to them. */
export type TicketChange = {
  ticket_state?: StateCategory
  previous_ticket_state?: StateCategory
  updated_attribute_data?: UpdatedAttribute
  notice?: string
}

export type NewPart = {
  part_type: string
  /** HTML that is safe to show. */
  body?: string | null
  /** Without an id: the bot of the workspace. */
  author: { type: 'admin' | 'user' | 'lead'; id: string } | { type: 'bot'; id?: undefined }
  assigned_to?: { type: 'admin' | 'team'; id: string } | { type: 'nobody_admin'; id: null } | null
  attachments?: Attachment[]
  metadata?: object
  event_details?: object
  /** Of an email: subject, addresses, Message-ID and history. */
  email_message_metadata?: EmailMessageMetadata
  ticket_change?: TicketChange
  created_at: Date
}

/** Intercom shows the same number. */
export const MAX_PARTS = 500

const columns = (workspace: Workspace) => workspace.sql`
  parts.id, part_type, body, author_type, author_id, assigned_to_type, assigned_to_id, parts.state, event_details,
  email_message_metadata, ticket_change, redacted, external_reply_send_state, seen_by, parts.created_at,
  nullif(parts.updated_at, parts.created_at) as updated_at, nullif(notified_at, parts.created_at) as notified_at,
  nullif(metadata, '{}') as metadata, ${currentAttachments(workspace, workspace.sql`nullif(parts.attachments, '[]')`)},
  coalesce(admins.name, contacts.name) as author_name, coalesce(admins.email, contacts.email) as author_email,
  nullif(${tagsOf(workspace, 'conversation_part', workspace.sql`parts.id::text`)}::jsonb, '[]') as tags`

const authors = ({ sql, id }: Workspace) => sql`
  left join admins on admins.workspace_id = ${id}
    and admins.id = (case when author_type in ('admin', 'bot') then author_id end)::bigint
  left join contacts on contacts.workspace_id = ${id} and author_type in ('user', 'lead') and contacts.id = author_id`

/** Returns the newest parts of each of several conversations, at most `most` of each, oldest first. */
export const listPartsOf = (workspace: Workspace, conversation_ids: readonly string[], most: number) =>
  workspace.sql<(PartRow & { conversation_id: string; total_count: number })[]>`
    select ${columns(workspace)}, parts.conversation_id, total_count
    from unnest(${conversation_ids as string[]}::bigint[]) as given (conversation)
    cross join lateral (
      select *, (count(*) over ())::int as total_count from conversation_parts
      where workspace_id = ${workspace.id} and conversation_id = conversation
      order by created_at desc, id desc limit ${most}
    ) parts ${authors(workspace)}
    order by parts.created_at, parts.id`

/** Returns the newest 500 parts, oldest first. `total_count` counts all parts. */
export const listParts = (workspace: Workspace, conversation_id: string) =>
  workspace.sql<(PartRow & { total_count: number })[]>`
    select ${columns(workspace)}, total_count from (
      select *, (count(*) over ())::int as total_count from conversation_parts
      where workspace_id = ${workspace.id} and conversation_id = ${conversation_id}
      order by created_at desc, id desc limit ${MAX_PARTS}
    ) parts ${authors(workspace)}
    order by parts.created_at, parts.id`

export const findParts = (workspace: Workspace, ids: string[]) => workspace.sql<PartRow[]>`
  select ${columns(workspace)} from conversation_parts parts ${authors(workspace)}
  where parts.workspace_id = ${workspace.id} and parts.id = any(${ids}::bigint[])
  order by parts.created_at, parts.id`

export async function insertPart(
  workspace: Workspace,
  conversation_id: string,
  state: ConversationRow['state'],
  part: NewPart,
): Promise<string> {
  const { author, assigned_to = null, attachments = [], metadata = {}, event_details = null } = part
  const { email_message_metadata = null, ticket_change = null } = part
  const inserted = await one(workspace.sql<{ id: string }[]>`
    insert into conversation_parts
      (workspace_id, conversation_id, part_type, body, author_type, author_id, assigned_to_type, assigned_to_id, state,
        attachments, metadata, event_details, email_message_metadata, ticket_change, notified_at, created_at, updated_at)
    values
      (${workspace.id}, ${conversation_id}, ${part.part_type}, ${part.body ?? null}, ${author.type},
        coalesce(${author.id ?? null}::text, ${botOf(workspace.sql, workspace.id)}::text),
        ${assigned_to?.type ?? null}, ${assigned_to?.id ?? null}, ${state},
        ${JSON.stringify(attachments)}::text::jsonb, ${JSON.stringify(metadata)}::text::jsonb,
        ${event_details && JSON.stringify(event_details)}::text::jsonb,
        ${email_message_metadata && JSON.stringify(email_message_metadata)}::text::jsonb,
        ${ticket_change && JSON.stringify(ticket_change)}::text::jsonb,
        ${part.created_at}, ${part.created_at}, ${part.created_at})
    returning id`)
  return inserted!.id
}

/** A redacted part stays as it is. */
export const updatePartBody = (workspace: Workspace, conversation_id: string, id: string, body: string | null) =>
  workspace.sql`
    update conversation_parts set body = ${body}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and conversation_id = ${conversation_id} and id = ${id} and not redacted`

type PartUpdate = {
  external_reply_send_state?: string | undefined
  external_reply_info_message?: string | undefined
  seen_by?: string | undefined
}

/** What is undefined stays as it is. */
export const updatePart = (workspace: Workspace, conversation_id: string, id: string, changes: PartUpdate) =>
  one(workspace.sql<{ id: string }[]>`
    update conversation_parts set
      external_reply_send_state = coalesce(${changes.external_reply_send_state ?? null}, external_reply_send_state),
      external_reply_info_message = coalesce(${changes.external_reply_info_message ?? null}, external_reply_info_message),
      seen_by = coalesce(seen_by, ${changes.seen_by ?? null}), updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and conversation_id = ${rowId(conversation_id)} and id = ${rowId(id)}
    returning id`)
