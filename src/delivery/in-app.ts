// In-app deliveries as messengers read them. Each contact's deliveries have a fixed order, so that a messenger that
// reconnects continues where it stopped, without loss or duplicates.
import type { Fragment, Sql } from '#db/sql.ts'
import { bodyOf, withContent } from './content.ts'

export type ContactKey = { workspace_id: string; contact_id: string }

/** How many deliveries of a contact get a position in one statement. */
const MOST_ASSIGNED = 200

/**
 * Assigns positions to these contacts' deliveries that have become available. A lock for each contact serialises this
 * across processes: a reader that sees a position also sees all lower ones.
 */
export const assignPositions = (sql: Sql, contacts: readonly ContactKey[]) => sql`
  with asked as materialized (
    select distinct workspace_id, contact_id
    from unnest(${contacts.map((one) => one.workspace_id)}::text[], ${contacts.map((one) => one.contact_id)}::text[])
      as asked (workspace_id, contact_id)
    where exists (
      select from deliveries where workspace_id = asked.workspace_id and contact_id = asked.contact_id and ${waits(sql)})
  ),
  locked as materialized (
    select workspace_id, contact_id, pg_advisory_xact_lock(key)
    from (
      select *, hashtextextended('in-app ' || workspace_id || ' ' || contact_id, 0) as key from asked order by key
      offset 0
    ) keys
  ),
  assigned as materialized (
    select workspace_id, id, nextval('inapp_positions') as position
    from (
      select waiting.workspace_id, waiting.id
      from locked cross join lateral (
        select workspace_id, id from deliveries
        where workspace_id = locked.workspace_id and contact_id = locked.contact_id and ${waits(sql)}
        order by id limit ${MOST_ASSIGNED}
      ) waiting
      order by waiting.workspace_id, waiting.id
      offset 0
    ) waiting
  )
  update deliveries set position = assigned.position from assigned
  where deliveries.workspace_id = assigned.workspace_id and deliveries.id = assigned.id and deliveries.position is null`

const waits = (sql: Sql) => sql`
  deliveries.channel = 'inapp' and deliveries.position is null and deliveries.status in ('sent', 'delivered', 'read')`

/** Returns the position after which a new messenger starts: just before the first unreceived delivery, or the last one. */
export async function startPosition(sql: Sql, { workspace_id, contact_id }: ContactKey): Promise<number> {
  const [row] = await sql<{ position: string }[]>`
    select coalesce(min(position) filter (where status = 'sent') - 1, max(position), 0) as position from deliveries
    where workspace_id = ${workspace_id} and contact_id = ${contact_id} and position is not null`
  return Number(row?.position)
}

/** Returns the highest position of the contact, or 0. */
export async function lastPosition(sql: Sql, { workspace_id, contact_id }: ContactKey): Promise<number> {
  const [row] = await sql<{ position: string }[]>`
    select coalesce(max(position), 0) as position from deliveries
    where workspace_id = ${workspace_id} and contact_id = ${contact_id} and position is not null`
  return Number(row?.position)
}

/** Returns a condition on deliveries: those up to a position that the messenger says it has received. */
export const receivedUntil = (sql: Sql, contact_id: string, position: number) =>
  sql`contact_id = ${contact_id} and position <= ${position} and status = 'sent'`

/** One in-app delivery, with its content. */
export type InAppDelivery = {
  /** The number of the reader that it is for, from 1. */
  reader: number
  workspace_id: string
  contact_id: string
  position: string
  delivery_id: string
  status: 'sent' | 'delivered' | 'read'
  conversation_id: string
  message_id: string
  /** Null for the message itself. */
  part_id: string | null
  part_type: string | null
  /** Sanitised HTML; null for quick replies, whose options are in the metadata. */
  body: string | null
  attachments: unknown[]
  metadata: Record<string, unknown>
  author_type: 'admin' | 'bot'
  author_id: string
  author_name: string | null
  author_avatar_url: string | null
  created_at: Date
}

/**
 * Returns, for each reader, at most `most` deliveries after the position `since`, in order. Blocked and deleted contacts
 * get none.
 */
export const listInAppSince = (sql: Sql, readers: readonly (ContactKey & { since: number })[], most: number) => sql<
  InAppDelivery[]
>`
  select reader::int, unseen.workspace_id, contact_id, position, unseen.id as delivery_id, unseen.status,
    unseen.conversation_id, message_id, part_id, parts.part_type,
    ${bodyOf(sql)} as body,
    case when part_id is null then messages.attachments else parts.attachments end as attachments,
    coalesce(parts.metadata, '{}') as metadata,
    coalesce(parts.author_type, messages.author_type) as author_type,
    coalesce(parts.author_id, messages.author_id) as author_id,
    admins.name as author_name, admins.avatar_url as author_avatar_url,
    coalesce(parts.created_at, messages.created_at) as created_at
  from unnest(${readers.map((one) => one.workspace_id)}::text[], ${readers.map((one) => one.contact_id)}::text[],
    ${readers.map((one) => one.since)}::bigint[]) with ordinality as reading (workspace, contact, since, reader)
  cross join lateral (
    select * from deliveries
    where workspace_id = workspace and contact_id = contact and position > since
      and status in ('sent', 'delivered', 'read') and ${isShown(sql)}
    order by position limit ${most}
  ) unseen
  cross join lateral (
    select id from contacts
    where workspace_id = unseen.workspace_id and id = unseen.contact_id and is_live and blocked_at is null limit 1
  ) contacts
  ${withContent(sql, sql`unseen`)}
  order by position`

/** A condition on deliveries: messengers show no redacted answers, and nothing of deleted conversations. */
export const isShown = (sql: Sql): Fragment => sql`
  not deliveries.conversation_deleted and not exists (
    select from conversation_parts redacted
    where redacted.workspace_id = deliveries.workspace_id and redacted.id = deliveries.part_id and redacted.redacted)`
