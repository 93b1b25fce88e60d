// The SQL of an inbox: conversations by their last activity, with their contact and last words.
import { beyond, cursorValue, inOrder, newest, type Page } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import { insertChanges, type PRESENCE_TOPICS } from '#events/changes.ts'
import { isNoTicket } from '#resources/conversations/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'

type PresenceTopic = (typeof PRESENCE_TOPICS)[number]

export type InboxRow = {
  id: string
  contact: { type: 'contact'; id: string; name: string | null; email: string | null } | null
  subject: string | null
  source_type: string
  state: 'open' | 'closed' | 'snoozed'
  read: boolean
  priority: string
  admin_assignee_id: string | null
  team_assignee_id: string | null
  waiting_since: Date | null
  snoozed_until: Date | null
  created_at: Date
  updated_at: Date
  last_part_type: string
  last_author_type: string
  /** HTML; null if the last words were redacted. */
  last_body: string | null
  last_created_at: Date
  cursor_value: string
}

/**
 * Tells the pages that watch the workspace what an admin does in a conversation. It is kept as long as other changes are, some
 * minutes. Returns undefined if there is no such conversation.
 */
export const tellPresence = (workspace: Workspace, id: string, admin_id: string, topic: PresenceTopic) =>
  one(workspace.sql<{ id: string }[]>`
    with found as (
      select workspace_id, id from conversations
      where workspace_id = ${workspace.id} and id = ${rowId(id)} and side_of is null
    ),
    told as (${insertChanges(
      workspace.sql,
      topic,
      workspace.sql`select workspace_id, ${admin_id}::text as object_id, id as conversation_id from found`,
    )})
    select id from found`)

export type InboxFilter = { state?: string | undefined; contact_id?: string | undefined; q?: string | undefined }

/** A text is looked for among the newest of this number. */
export const SEARCHED = 10_000

/** The last words of each row are read for the rows of the page alone. */
export function listInbox(workspace: Workspace, filter: InboxFilter, page: Page) {
  const { sql, id } = workspace
  const order = newest(workspace, 'updated_at')
  return sql<InboxRow[]>`
    select conversations.*, contact.contact,
      coalesce(part_type, 'conversation') as last_part_type,
      coalesce(last_part.author_type, conversations.author_type) as last_author_type,
      case when part_type is null then conversations.body else last_part.body end as last_body,
      coalesce(last_part.created_at, conversations.created_at) as last_created_at
    from (
      select *, ${cursorValue(workspace, order)} from conversations
      where workspace_id = ${id} and ${isNoTicket(sql)} and ${matching(workspace, filter)}
        and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ) conversations
    left join lateral (
      select part_type, author_type, body, created_at from conversation_parts
      where workspace_id = ${id} and conversation_id = conversations.id and body is not null
      order by created_at desc, id desc limit 1
    ) last_part on true
    left join lateral (
      select json_build_object('type', 'contact', 'id', contacts.id, 'name', name, 'email', email) as contact
      from conversation_contacts joined join contacts on contacts.workspace_id = ${id} and contacts.id = contact_id
      where joined.workspace_id = ${id} and conversation_id = conversations.id
      order by joined_at, contacts.id limit 1
    ) contact on true
    order by updated_at desc, id desc`
}

function matching({ sql, id }: Workspace, { state, contact_id, q }: InboxFilter) {
  const has = (text: string) => sql`strpos(lower(${sql.unsafe(text)}), lower(${q!})) > 0`
  const takesPart = (condition: Fragment) => sql`
    exists (
      select from conversation_contacts joined join contacts on contacts.workspace_id = ${id} and contacts.id = contact_id
      where joined.workspace_id = ${id} and conversation_id = conversations.id and ${condition})`
  return sql`
    ${state === undefined ? sql`true` : sql`state = ${state}`}
    and ${contact_id === undefined ? sql`true` : takesPart(sql`contact_id = ${contact_id}`)}
    and ${
      q === undefined
        ? sql`true`
        : sql`(${has('subject')} or ${has('body')} or ${takesPart(sql`(${has('name')} or ${has('email')})`)})
          and updated_at >= coalesce((
            select updated_at from conversations
            where workspace_id = ${id} and ${isNoTicket(sql)} order by updated_at desc, id desc offset ${SEARCHED - 1} limit 1
          ), '-infinity')`
    }`
}
