// Leases due deliveries to a worker for a limited time. Only the worker with the lease sends the delivery; the leases of
// a dead worker expire.
import type { Outgoing } from '#channels/channel.ts'
import type { Pool } from '#db/sql.ts'
import { type Links, linkTo, withLinks } from '#files/link.ts'
import { escapeHtml } from '#lib/html.ts'
import { filled } from '#lib/placeholders.ts'
import type { Clock } from '#workspaces/clock.ts'
import { bodyOf, withContent } from './content.ts'

/**
 * How many more deliveries a busy account can hold: `room` for single messages, `broadcast_room` for all its broadcasts
 * together. Single messages are one lane; each broadcast is a lane of its own.
 */
export type Busy = { workspace_id: string; channel: string; room: number; broadcast_room: number }

/**
 * A delivery with the sandbox state of its workspace: the clock, whether faults are armed for sends, and the span
 * that accepted it, if it is recorded. `leased_at_ms` is by Date.now().
 */
export type Leased = Outgoing & Clock & { meets_faults: boolean; leased_at_ms: number; traceparent: string | null }

/** The limit for all lanes together, because leased deliveries are kept in memory. */
const LARGEST_LEASE = 1_000

/**
 * Leases up to `room` due deliveries of every lane for `seconds`, oldest first and single messages before broadcasts; the
 * broadcasts of an account share its room. Returns them with their content.
 *
 * - Lanes are found by an index skip scan, so that a lane with 100,000 deliveries does not slow down the others. Lanes of
 *   paused broadcasts are left out.
 * - Ids pass through arrays, and related rows are joined laterally. With plain joins PostgreSQL scans whole tables, or all
 *   rows of a workspace, for a few deliveries.
 * - The retry period of a broadcast's delivery starts at its first attempt, however long it has waited before.
 * - `synchronous_commit` is off: if the database crashes and loses a lease, the delivery is due again.
 */
export async function lease(sql: Pool, busy: Busy[], room: number, seconds: number): Promise<Leased[]> {
  const leased = await sql<LeasedRow[]>`
    with recursive lanes as (
      (select workspace_id, channel, broadcast_id from deliveries where status = 'queued'
        order by workspace_id, channel, broadcast_id limit 1)
      union all
      select next.workspace_id, next.channel, next.broadcast_id from lanes cross join lateral (
        select workspace_id, channel, broadcast_id from deliveries
        where status = 'queued'
          and (workspace_id, channel, broadcast_id) > (lanes.workspace_id, lanes.channel, lanes.broadcast_id)
        order by workspace_id, channel, broadcast_id limit 1
      ) next
    ),
    open as (
      select lanes.*, case broadcast_id when 0 then coalesce(busy.room, ${room}) else
        ceil(coalesce(busy.broadcast_room, ${room})::numeric
          / count(*) filter (where broadcast_id <> 0) over (partition by workspace_id, channel)) end as room
      from lanes
      left join unnest(${busy.map((one) => one.workspace_id)}::text[], ${busy.map((one) => one.channel)}::text[],
        ${busy.map((one) => one.room)}::int[], ${busy.map((one) => one.broadcast_room)}::int[])
        as busy (workspace_id, channel, room, broadcast_room) using (workspace_id, channel)
      where broadcast_id = 0 or exists (
        select from broadcasts where workspace_id = lanes.workspace_id and id = broadcast_id and ${isOpen(sql)})
      order by broadcast_id <> 0
    ),
    due as (
      select array_agg(workspace_id) as workspace_ids, array_agg(id) as ids
      from (
        select picked.* from open
        cross join lateral (
          select workspace_id, id from deliveries
          where workspace_id = open.workspace_id and channel = open.channel and broadcast_id = open.broadcast_id
            and status = 'queued' and due_at <= now()
          order by due_at, id limit open.room for update skip locked
        ) picked
        limit ${LARGEST_LEASE}
      ) picked
    ),
    relaxed as (select set_config('synchronous_commit', 'off', true)),
    leased as (
      update deliveries set due_at = now() + ${seconds} * interval '1 second', attempts = attempts + 1,
        retried_at = case when broadcast_id <> 0 and attempts = 0 then ${clock(sql)} else retried_at end
      from due, relaxed, unnest(workspace_ids, ids) as one (workspace_id, id)
      where deliveries.workspace_id = one.workspace_id and deliveries.id = one.id
      returning deliveries.*
    )
    select ${outgoing(sql)} from leased
    cross join lateral (select * from workspaces where id = leased.workspace_id limit 1) workspaces
    cross join lateral (
      select * from contacts where workspace_id = leased.workspace_id and id = contact_id limit 1) contacts
    ${withContent(sql, sql`leased`)}
    order by leased.due_at, leased.id`
  const leased_at_ms = Date.now()
  return leased.map((row) => ({ ...personalized(row), leased_at_ms }))
}

const clock = (sql: Pool) => sql`(
  select coalesce(clock_frozen_at, now() + clock_ahead_seconds * interval '1 second')
  from workspaces where id = deliveries.workspace_id)`

/** False while the broadcast is paused, and after a cancel or a failure until all its queued deliveries have been ended. */
const isOpen = (sql: Pool) =>
  sql`(state in ('queued', 'running') or (state in ('canceled', 'failed') and due_at is null))`

/** Returns those of the broadcasts that must not send now: paused, being canceled, or deleted. */
export const listPausedBroadcasts = (sql: Pool, broadcasts: { workspace_id: string; broadcast_id: string }[]) =>
  sql<{ workspace_id: string; broadcast_id: string }[]>`
    select asked.workspace_id, broadcast_id
    from unnest(${broadcasts.map((one) => one.workspace_id)}::text[],
      ${broadcasts.map((one) => one.broadcast_id)}::bigint[]) as asked (workspace_id, broadcast_id)
    where not exists (
      select from broadcasts where workspace_id = asked.workspace_id and id = broadcast_id and ${isOpen(sql)})`

type LeasedRow = Omit<Leased, 'leased_at_ms'> & { parameters: string[] | null }

/** Fills in the parameters of this recipient. */
const personalized = ({ parameters, ...outgoing }: LeasedRow): Omit<Leased, 'leased_at_ms'> =>
  parameters
    ? {
        ...outgoing,
        components: filled(outgoing.components, parameters),
        body: filled(outgoing.body, parameters.map(escapeHtml)),
      }
    : outgoing

const outgoing = (sql: Pool) => sql`
  leased.workspace_id, leased.id, leased.channel, message_id, part_id, nullif(leased.broadcast_id, 0) as broadcast_id,
  leased.parameters, leased.conversation_id, contact_id,
  recipient_type, address, leased.name, leased.attempts as attempt, leased.created_at,
  coalesce(retried_at, leased.created_at) as queued_at, leased.traceparent,
  messages.subject, template, locale, components,
  ${bodyOf(sql)} as body,
  coalesce(parts.attachments, '[]') as attachments, coalesce(parts.redacted, false) as redacted,
  case when leased.channel = 'whatsapp' and part_id is not null then ${lastWritten(sql)} end as last_written_at,
  json_build_object('name', coalesce(admins.name, ''), 'avatar_url', admins.avatar_url,
    'workspace_name', workspaces.name) as sender,
  case when leased.channel = 'email' and part_id is not null then ${thread(sql)} else '[]' end as thread,
  case when leased.channel = 'email' and part_id is not null then ${sourceMail(sql)} end as source_mail,
  messages.author_type <> 'admin' as started_by_contact,
  case when subscription_type_id is not null and part_id is null then ${subscription(sql)} end as subscription,
  case when leased.channel = 'email' then ${named(sql, 'to')} else '[]' end as to,
  case when leased.channel = 'email' then ${named(sql, 'cc')} else '[]' end as cc,
  json_build_object('email', contacts.email, 'unsubscribed_from_emails', unsubscribed_from_emails,
    'unsubscribed_from_sms', unsubscribed_from_sms, 'unsubscribed_from_whatsapp', unsubscribed_from_whatsapp,
    'has_hard_bounced', has_hard_bounced, 'blocked', blocked_at is not null) as contact,
  clock_frozen_at, clock_ahead_seconds,
  leased.workspace_id in (select workspace_id from faults where target = 'sends' and remaining > 0) as meets_faults`

const subscription = (sql: Pool) => sql`(
  select json_build_object('id', types.id::text, 'name', translations->0->>'name',
    'is_wanted', (consent_type = 'opt_in') = exists (
      select from subscription_choices choices
      where choices.workspace_id = leased.workspace_id and choices.contact_id = leased.contact_id
        and choices.subscription_type_id = types.id))
  from subscription_types types
  where types.workspace_id = leased.workspace_id and types.id = messages.subscription_type_id)`

/**
 * Looked up by phone number, because several contacts can share it, also in another spelling. A user of WhatsApp whose
 * number is not known is one contact.
 */
const lastWritten = (sql: Pool) => sql`(
  case when leased.address like '+%' then (
    select max(last_whatsapp_at) from contacts others
    where others.workspace_id = leased.workspace_id and phone_key(others.formatted_phone) = phone_key(leased.address))
  else contacts.last_whatsapp_at end)`

const named = (sql: Pool, recipient_type: 'to' | 'cc') => sql`(
  select coalesce(json_agg(json_build_object('name', others.name, 'address', others.address) order by others.id), '[]')
  from deliveries others
  where others.workspace_id = leased.workspace_id and others.message_id = leased.message_id
    and others.part_id is not distinct from leased.part_id and others.recipient_type = ${recipient_type})`

/** How many Message-IDs the References header names: the first one, and the latest ones. */
const LONGEST_THREAD = 20

const thread = (sql: Pool) => sql`(
  select coalesce(json_agg(message_id order by received_at, message_id), '[]') from (
    (select message_id, received_at from conversation_mails
      where workspace_id = leased.workspace_id and conversation_id = leased.conversation_id
      order by received_at, message_id limit 1)
    union
    (select message_id, received_at from conversation_mails
      where workspace_id = leased.workspace_id and conversation_id = leased.conversation_id
      order by received_at desc, message_id desc limit ${LONGEST_THREAD - 1})
  ) mails)`

/** Older releases sent other Message-IDs, so that the stored one counts. */
const sourceMail = (sql: Pool) => sql`(
  select sources.provider_id from deliveries sources
  where sources.workspace_id = leased.workspace_id and sources.message_id = leased.message_id
    and sources.conversation_id = leased.conversation_id and sources.part_id is null and sources.channel = 'email'
    and sources.provider_id is not null
  order by sources.id limit 1)`

/**
 * Extends leases whose deliveries wait for a slot or for a slow provider. Rows that another transaction has locked are
 * skipped: waiting for one lock while holding others could deadlock.
 */
export async function renewLeases(sql: Pool, leased: readonly Outgoing[], seconds: number): Promise<void> {
  await sql`
    update deliveries set due_at = now() + ${seconds} * interval '1 second'
    from ${listed(sql, leased)} cross join lateral (
      select workspace_id, id from deliveries
      where workspace_id = listed.workspace_id and id = listed.id and status = 'queued' for update skip locked
    ) locked
    where deliveries.workspace_id = locked.workspace_id and deliveries.id = locked.id`
}

/**
 * Ends the leases of dead workers: of all deliveries whose latest attempt has no outcome. Call it only if no other worker
 * runs, because it ends the leases of live workers too.
 */
export async function endLeases(sql: Pool): Promise<void> {
  await sql`
    update deliveries set due_at = now()
    where status = 'queued' and attempts > 0 and due_at > now() and not exists (
      select from delivery_history history
      where history.workspace_id = deliveries.workspace_id and delivery_id = deliveries.id
        and attempt = deliveries.attempts and event = 'attempt')`
}

/** Releases the leases of deliveries that were not tried, and does not count the attempt. */
export async function releaseLeases(sql: Pool, leased: readonly Outgoing[]): Promise<void> {
  if (!leased.length) return
  await sql`
    update deliveries set due_at = now(), attempts = attempts - 1
    from ${listed(sql, leased)}
    where deliveries.workspace_id = listed.workspace_id and deliveries.id = listed.id and status = 'queued'`
}

const listed = (sql: Pool, leased: readonly Outgoing[]) => sql`
  unnest(${leased.map((one) => one.workspace_id)}::text[], ${leased.map((one) => one.id)}::bigint[])
    as listed (workspace_id, id)`

/**
 * Adds links to stored files and to the pictures in the body, for the provider. Without `links`, stored files are left out.
 */
export function withFileLinks(links: Links | undefined, leased: Leased): Leased {
  const { workspace_id } = leased
  const attachments = leased.attachments.flatMap(({ file_id, ...file }: StoredAttachment) => {
    if (file.url || !file_id) return [file]
    return links ? [{ ...file, url: linkTo(links, { workspace_id, file_id }) }] : []
  })
  return {
    ...leased,
    body: links && leased.body ? withLinks(links, workspace_id, leased.body) : leased.body,
    attachments,
  }
}

/** An attachment as stored: with a URL, or with the id of a stored file. */
type StoredAttachment = Outgoing['attachments'][number] & { file_id?: string }
