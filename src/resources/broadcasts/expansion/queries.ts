// The SQL that creates the deliveries of an audience, in batches of contacts, and that ends the queued deliveries of a
// canceled broadcast.
import { type Fragment, one, type Pool, type Sql } from '#db/sql.ts'
import { type Ending, endQueued } from '#delivery/end.ts'
import { insertedDeliveries } from '#delivery/enqueue.ts'
import { tallyQueued } from '#delivery/tally.ts'
import { survivorOf } from '#resources/contacts/merged-queries.ts'
import { matcherOf } from '#resources/contacts/search.ts'
import { taggedWith } from '#resources/tags/fragments.ts'
import { DATES } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Audience } from '../audience.ts'
import type { ContactField, Parameter } from '../parameters.ts'

export type DueBroadcast = {
  workspace_id: string
  id: string
  admin_id: string
  channel: 'whatsapp'
  parameters: Parameter[]
  /** A list of ids is empty here: the ids stay in the database. */
  audience: Audience
  state: 'queued' | 'running' | 'canceled' | 'failed'
  ends_as: Ending
  reached: string
  left_out: Record<string, number>
}

/** Returns the next due broadcast, locked until the transaction ends. Other processes skip it. */
export const lockNextDue = (sql: Sql) =>
  one(sql<DueBroadcast[]>`
    select workspace_id, id, admin_id, channel, parameters,
      case when audience ? 'contact_ids' then '{"contact_ids": []}' else audience end as audience,
      state, ends_as, reached, left_out
    from broadcasts
    where due_at <= now() and state <> 'paused'
    order by due_at limit 1 for no key update skip locked`)

/**
 * Returns a function for the condition of an audience that a search describes; other audiences have none. The function
 * throws UnusableSegment if the search can no longer be evaluated.
 */
export async function conditionOf(workspace: Workspace, { audience }: DueBroadcast): Promise<() => Fragment> {
  if ('segment_id' in audience) {
    const query = { field: 'segment_id', operator: '=', value: audience.segment_id }
    return matcherOf(workspace, { query, definitions: [] }, { takes_unknown: true })
  }
  return 'query' in audience
    ? matcherOf({ ...workspace, version: audience.version }, audience)
    : () => workspace.sql`true`
}

/**
 * The next contacts of the audience by id, an order that does not change when contacts are added or removed. `given` is the id
 * in the audience; a listed contact that was merged since is the one that it is part of now.
 */
function nextContacts(workspace: Workspace, broadcast: DueBroadcast, matching: Fragment, limit: number): Fragment {
  const { sql, id: workspace_id } = workspace
  const { audience, id, reached } = broadcast
  if ('contact_ids' in audience)
    return sql`
      select given, coalesce(survivor.id, given) as contact_id from (
        select given from (
          select jsonb_array_elements_text(audience -> 'contact_ids') collate "C" as given from broadcasts
          where workspace_id = ${workspace_id} and id = ${id}
        ) listed
        where given > ${reached} order by given limit ${limit}
      ) next left join lateral (${survivorOf(sql, workspace_id, sql`given`)}) survivor on true`
  if ('tag_id' in audience)
    return sql`
      select object_id as given, object_id as contact_id from (${taggedWith(workspace, 'contact', audience.tag_id)}) tagged
      where object_id > ${reached} order by object_id limit ${limit}`
  return sql`
    select id as given, id as contact_id from contacts
    where workspace_id = ${workspace_id} and is_live and ${matching} and id > ${reached}
    order by id limit ${limit}`
}

/** The columns of a contact that each channel needs, and the reason to leave out a contact without an address. */
const CHANNELS = {
  whatsapp: { address: 'formatted_phone', opted_out: 'unsubscribed_from_whatsapp', none: 'no_phone' },
}

const FIELDS: Record<ContactField, (sql: Sql) => Fragment> = {
  name: (sql) => sql`name`,
  first_name: (sql) => sql`split_part(btrim(name), ' ', 1)`,
  email: (sql) => sql`email`,
  phone: (sql) => sql`coalesce(formatted_phone, phone)`,
  external_id: (sql) => sql`external_id`,
}

const DATE_FORMATS: Record<string, string> = { date: 'YYYY-MM-DD', datetime: 'YYYY-MM-DD HH24:MI' }

function attributeOf(sql: Sql, name: string, data_type: string): Fragment {
  const json = sql`(custom_attributes -> ${name}::text)`
  const format = DATE_FORMATS[data_type]
  if (!format) return sql`(custom_attributes ->> ${name}::text)`
  return sql`case when jsonb_typeof${json} = 'number' then to_char(to_timestamp(
    least(greatest(${json}::numeric, ${DATES.first}), ${DATES.last})::double precision) at time zone 'UTC', ${format}) end`
}

/** Characters that WhatsApp accepts in one parameter. */
const MAX_VALUE_LENGTH = 1024

/** On one line, because WhatsApp refuses line breaks in a parameter. Null without a value and a fallback. */
function valueFor(sql: Sql, parameter: Parameter): Fragment {
  const { field, attribute, fallback } = parameter
  const source = field ? FIELDS[field](sql) : attributeOf(sql, attribute, parameter.data_type)
  return sql`coalesce(nullif(left(btrim(regexp_replace(${source}, '[[:space:]]+', ' ', 'g')), ${MAX_VALUE_LENGTH}), ''),
    ${fallback}::text)`
}

const valuesFor = (sql: Sql, parameters: Parameter[]): Fragment =>
  parameters.length
    ? sql`array[${parameters.map((one) => valueFor(sql, one)).reduce((left, right) => sql`${left}, ${right}`)}]::text[]`
    : sql`'{}'::text[]`

export type Expanded = { reached: string | null; audience: number; accepted: number; left_out: Record<string, number> }

/**
 * Checks the next contacts and creates a delivery for each that is not left out, in one statement. A number that several
 * contacts share gets the message once, and so does a contact whom several ids of the audience name. `matching` is the
 * condition of `conditionOf`. Each delivery reserves its own conversation, so that an answer stays private.
 */
export async function expand(
  workspace: Workspace,
  broadcast: DueBroadcast,
  matching: Fragment,
  limit: number,
): Promise<Expanded> {
  const { sql, id: workspace_id } = workspace
  const { id, channel, parameters } = broadcast
  const { address, opted_out, none } = CHANNELS[channel]
  const now = workspace.now()
  const [expanded] = await sql<[Expanded]>`
    with next_contacts as materialized (${nextContacts(workspace, broadcast, matching, limit)}),
    checked as materialized (
      select given, contact_id, contact.*, case
        when is_live is not true then 'archived'
        when blocked_at is not null then 'blocked'
        when address is null then ${none}
        when opted_out then 'opted_out'
        when array_position(parameters, null) is not null then 'missing_parameter' end as reason
      from next_contacts
      left join lateral (
        select is_live, blocked_at, name, ${sql(address)} as address, ${sql(opted_out)} as opted_out,
          ${valuesFor(sql, parameters)} as parameters
        from contacts where workspace_id = ${workspace_id} and id = contact_id limit 1
      ) contact on true
    ),
    decided as materialized (
      select *, coalesce(reason, case
        when row_number() over (partition by phone_key(address), reason order by contact_id, given) > 1 then 'duplicate_number'
        when exists (
          select from deliveries earlier
          where earlier.workspace_id = ${workspace_id} and earlier.contact_id = checked.contact_id
            and earlier.broadcast_id = ${id}
        ) then 'duplicate_number'
        when exists (
          select from contacts twin
          join deliveries on deliveries.workspace_id = twin.workspace_id and deliveries.contact_id = twin.id
          where twin.workspace_id = ${workspace_id} and phone_key(twin.${sql(address)}) = phone_key(checked.address)
            and twin.id <> checked.contact_id and broadcast_id = ${id} and phone_key(deliveries.address) = phone_key(checked.address)
        ) then 'duplicate_number' end) as left_out
      from checked
    ),
    accepted as (
      ${insertedDeliveries(
        sql,
        sql`
        select ${workspace_id}, ${channel}, ${id}::bigint, ${id}::bigint, ${id}::bigint, nextval('conversation_ids'),
          contact_id, 'to', address, name, parameters, ${now}, ${now}, null::text
        from decided where left_out is null order by contact_id`,
      )}
    )
    select max(given) as reached, count(*)::int as audience,
      (count(*) filter (where left_out is null))::int as accepted,
      (select coalesce(jsonb_object_agg(left_out, times), '{}') from (
        select left_out, count(*) as times from decided where left_out is not null group by left_out) reasons) as left_out
    from decided`
  return expanded
}

/** Stores the progress. Call it in the transaction of `expand`, so that no contact is checked twice. */
export async function advance(
  workspace: Workspace,
  { id, reached, left_out }: DueBroadcast,
  step: Expanded,
  is_last: boolean,
): Promise<void> {
  const { sql, id: workspace_id } = workspace
  const sums = Object.entries(step.left_out).map(([reason, times]) => [reason, (left_out[reason] ?? 0) + times])
  const total = { ...left_out, ...Object.fromEntries(sums) }
  if (step.accepted) await tallyQueued(sql, workspace_id, id, step.accepted)
  await sql`
    update broadcasts set state = 'running', reached = ${step.reached ?? reached},
      audience_count = audience_count + ${step.audience}, left_out = ${JSON.stringify(total)}::text::jsonb,
      due_at = ${is_last ? null : sql`now()`}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace_id} and id = ${id}`
}

/** Ends the expansion: nobody else gets the message, and the next steps end what is still queued. */
export const fail = (workspace: Workspace, { id }: DueBroadcast, reason: string) => workspace.sql`
  update broadcasts set state = 'failed', ends_as = 'audience_broken', error_reason = ${reason}, due_at = now(),
    updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

/**
 * Ends up to `limit` queued deliveries, and returns how many. This includes deliveries that are being sent: if the send
 * succeeds, they count as sent.
 */
export async function endBatch(workspace: Workspace, broadcast: DueBroadcast, limit: number): Promise<number> {
  const { sql, id: workspace_id } = workspace
  const { id, channel, ends_as } = broadcast
  const which = sql`id = any(array(
    select id from deliveries
    where workspace_id = ${workspace_id} and channel = ${channel} and broadcast_id = ${id} and status = 'queued'
    order by due_at, id limit ${limit} for update skip locked))`
  return (await endQueued(sql, workspace_id, which, ends_as, workspace.now())).length
}

/**
 * Runs once more after two seconds while deliveries are queued or were just ended, because workers may still return
 * some to the queue. After that the broadcast is done, and a manual retry of a delivery is sent.
 */
export const finishCanceling = ({ sql, id: workspace_id }: Workspace, { id, channel }: DueBroadcast, ended: number) =>
  sql`
    update broadcasts set due_at = case when ${ended} > 0 or exists (
        select from deliveries
        where workspace_id = ${workspace_id} and channel = ${channel} and broadcast_id = ${id} and status = 'queued'
      ) then now() + interval '2 seconds' end
    where workspace_id = ${workspace_id} and id = ${id}`

/** Lets other broadcasts go first after an error, which would probably occur again at once. */
export const postpone = (sql: Pool, { workspace_id, id }: DueBroadcast) => sql`
  update broadcasts set due_at = now() + interval '10 seconds'
  where workspace_id = ${workspace_id} and id = ${id} and due_at is not null`
