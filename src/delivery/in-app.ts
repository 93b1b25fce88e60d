// In-app messages on their way to messengers: each contact's in an order that never changes once a messenger has seen it,
// so that one that was away goes on where it stopped, without loss and without doubles.
import type { Sql } from '#db/sql.ts'
import { withContent } from './content.ts'

export type ContactKey = { workspace_id: string; contact_id: string }

/** How many get a place at once: the rest follows. */
const MOST_PLACED = 200

/**
 * Gives what has become available to these contacts its place. One contact's places are given one after the other, by
 * whichever process, so that whoever sees a place sees all that are before it.
 */
export const placeWaiting = (sql: Sql, contacts: readonly ContactKey[]) => sql`
  with asked as materialized (
    select distinct workspace_id, contact_id
    from unnest(${contacts.map((one) => one.workspace_id)}::text[], ${contacts.map((one) => one.contact_id)}::text[])
      as asked (workspace_id, contact_id)
    where exists (
      select from deliveries where workspace_id = asked.workspace_id and contact_id = asked.contact_id and ${waits(sql)})
  ),
  held as materialized (
    select workspace_id, contact_id, pg_advisory_xact_lock(key)
    from (
      select *, hashtextextended('in-app ' || workspace_id || ' ' || contact_id, 0) as key from asked order by key
      offset 0
    ) keys
  ),
  placed as materialized (
    select workspace_id, id, nextval('inapp_positions') as position
    from (
      select waiting.workspace_id, waiting.id
      from held cross join lateral (
        select workspace_id, id from deliveries
        where workspace_id = held.workspace_id and contact_id = held.contact_id and ${waits(sql)}
        order by id limit ${MOST_PLACED}
      ) waiting
      order by waiting.workspace_id, waiting.id
      offset 0
    ) waiting
  )
  update deliveries set position = placed.position from placed
  where deliveries.workspace_id = placed.workspace_id and deliveries.id = placed.id and deliveries.position is null`

const waits = (sql: Sql) => sql`
  deliveries.channel = 'inapp' and deliveries.position is null and deliveries.status in ('sent', 'delivered', 'read')`

/** Where a messenger begins that has seen nothing: before the first that none has taken, or at the end. */
export async function beginningOf(sql: Sql, { workspace_id, contact_id }: ContactKey): Promise<number> {
  const [row] = await sql<{ position: string }[]>`
    select coalesce(min(position) filter (where status = 'sent') - 1, max(position), 0) as position from deliveries
    where workspace_id = ${workspace_id} and contact_id = ${contact_id} and position is not null`
  return Number(row?.position)
}

/** The place of the last one that a messenger has taken. */
export async function endOf(sql: Sql, { workspace_id, contact_id }: ContactKey): Promise<number> {
  const [row] = await sql<{ position: string }[]>`
    select coalesce(max(position), 0) as position from deliveries
    where workspace_id = ${workspace_id} and contact_id = ${contact_id} and position is not null`
  return Number(row?.position)
}

/** A condition on deliveries: what this contact's messenger has got, by its own word, up to a place. */
export const gotUntil = (sql: Sql, contact_id: string, position: number) =>
  sql`contact_id = ${contact_id} and position <= ${position} and status = 'sent'`

/** One in-app delivery as a messenger takes it. */
export type Arrival = {
  /** Which of the readers it is for. */
  reader: number
  workspace_id: string
  contact_id: string
  position: string
  delivery_id: string
  status: 'sent' | 'delivered' | 'read'
  conversation_id: string
  message_id: string
  /** Null where it is the message itself. */
  part_id: string | null
  part_type: string | null
  /** HTML that is safe to show; null of a quick reply, whose options are in the metadata. */
  body: string | null
  attachments: unknown[]
  metadata: Record<string, unknown>
  author_type: 'admin' | 'bot'
  author_id: string
  author_name: string | null
  author_avatar_url: string | null
  created_at: Date
}

/** What each reader has not seen yet, in order, `most` of it at a time. Blocked contacts and those who are gone get none. */
export const arrivals = (sql: Sql, readers: readonly (ContactKey & { since: number })[], most: number) => sql<
  Arrival[]
>`
  select reader::int, taken.workspace_id, contact_id, position, taken.id as delivery_id, taken.status,
    taken.conversation_id, message_id, part_id, parts.part_type,
    case when part_id is null then messages.body else parts.body end as body,
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
      and status in ('sent', 'delivered', 'read')
    order by position limit ${most}
  ) taken
  cross join lateral (
    select id from contacts
    where workspace_id = taken.workspace_id and id = taken.contact_id and is_live and blocked_at is null limit 1
  ) contacts
  ${withContent(sql, sql`taken`)}
  order by position`
