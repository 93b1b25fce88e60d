// What a database of many deliveries costs: the removal of old ones, and whether partitions would make it cheaper than they
// make everything else slower. `node bench/growth.ts --rows 10000000` prints the figures of docs/decisions/0034.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '#db/connect.ts'
import { startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import type { Pool } from '#db/sql.ts'
import { lease } from '#delivery/lease.ts'
import { removeOld } from '#delivery/retention.ts'
import { DEFAULT_RETRY } from '#delivery/retry.ts'
import { settle, settlement } from '#delivery/settle.ts'
import { applyStatusUpdate } from '#delivery/status-update.ts'
import { keepPartitions, listPartitions } from '#events/partitions.ts'
import { print, table } from '#lib/terminal.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { findDelivery, inRecipientOrder, listDeliveriesOf } from '#resources/deliveries/queries.ts'
import { createWorkspace } from '#workspaces/create.ts'
import { type Workspace, workspaceOf } from '#workspaces/workspace.ts'
import { aContact, aMessage } from '../test/factories.ts'
import { median } from './figures.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000000' } } })
const ROWS = Number(values.rows)
const MONTHS = 12
const ROUNDS = 100
const TURNS = 3
const LEASED = 20

const figures: string[][] = [['', 'one table', `${MONTHS} partitions`]]
const note = (what: string, ...seen: string[]) => {
  figures.push([what, ...seen])
  process.stderr.write(`${what}: ${seen.join(' | ')}\n`)
}
const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  return (await resultOf(work)).took
}

async function resultOf<Result>(work: () => PromiseLike<Result>): Promise<{ result: Result; took: number }> {
  const began = performance.now()
  const result = await work()
  return { result, took: performance.now() - began }
}

const directory = await mkdtemp(join(tmpdir(), 'interphone-growth-'))
const postgres = await startEmbedded({
  directory,
  settings: { max_wal_size: '8GB', maintenance_work_mem: '1GB', autovacuum: 'off', synchronous_commit: 'off' },
})
const open = () => connect({ ...postgres.options, max: 4 })
let sql = open()
try {
  await migrate(sql)
  await keepPartitions(sql, 30)
  const created = await createWorkspace(sql, { name: 'Growth', is_first: true })
  const as = (sql: Pool): Workspace => workspaceOf(sql, { workspace_id: created.id, admin_id: created.admin_id })
  const contact = await aContact(as(sql), { email: 'anna@example.com' })
  await aMessage(as(sql), { to: contact })
  await fill(created.id, contact)
  await hot(as(sql), contact) // The first round is of cold code.
  await partition()
  const plain: Times[] = []
  const partitioned: Times[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    plain.push(await hot(as(sql), contact))
    await swap('deliveries_plain', 'deliveries_by_month')
    partitioned.push(await hot(as(sql), contact))
    await swap('deliveries_by_month', 'deliveries_plain')
  }
  for (const name of Object.keys(plain[0]!))
    note(name, ...[plain, partitioned].map((all) => ms(median(all.flatMap((times) => times[name]!)))))
  note('remove the oldest month', await removed(), await dropped())
  note('vacuum of deliveries afterwards', ms(await timed(() => sql`vacuum deliveries`)), '-')
  note('size of deliveries with indexes', await sizeOf('deliveries'), await sizeOf('deliveries_by_month'))
  note('drop a partition of 1,000,000 events', await droppedEvents(created.id), '-')
} finally {
  await sql.end({ timeout: 1 })
  await postgres.stop()
  await rm(directory, { recursive: true, force: true, maxRetries: 20 })
}
print(...table(figures as [string, ...string[]][]))

/** Deliveries of a year, with two entries of history each. */
async function fill(workspace_id: string, contact_id: string): Promise<void> {
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexname as name, indexdef as definition from pg_indexes
    where tablename in ('deliveries', 'delivery_history') and indexname not like '%pkey'`
  const foreign = await sql<{ table: string; name: string }[]>`
    select conrelid::regclass::text as table, conname as name from pg_constraint
    where contype = 'f' and (conrelid in ('deliveries'::regclass, 'delivery_history'::regclass, 'captured_messages'::regclass))`
  // Both forms have none, so that the comparison is of the tables alone; the removal gets them back.
  for (const { table, name } of foreign) await sql`alter table ${sql(table)} drop constraint ${sql(name)}`
  for (const { name } of indexes) await sql`drop index ${sql(name)}`
  const took = await timed(async () => {
    await sql`
      insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type,
        address, status, attempts, provider_id, created_at, updated_at)
      select ${workspace_id}, 'email', g, g, g, ${contact_id}, 'to', 'u' || g || '@example.com', 'delivered', 1,
        'provider-' || g, now() - (1 - g / ${ROWS}::float8) * interval '360 days', now() - (1 - g / ${ROWS}::float8) * interval '360 days'
      from generate_series(1, ${ROWS}) g`
    await sql`
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, at)
      select workspace_id, id, entries.event, entries.status, 1, created_at from deliveries
      cross join (values ('attempt', 'sent'), ('report', 'delivered')) entries (event, status)`
    for (const { definition } of indexes) await sql.unsafe(definition)
    await sql`alter table delivery_history add foreign key (workspace_id, delivery_id) references deliveries on delete cascade not valid`
    await sql`vacuum analyze deliveries`
    await sql`vacuum analyze delivery_history`
  })
  process.stderr.write(`filled in ${(took / 1000).toFixed(0)} s\n`)
}

/** Makes `deliveries_by_month`. Then `deliveries` has no foreign keys, as that has none. */
async function partition(): Promise<void> {
  const indexes = await sql<{ definition: string }[]>`
    select indexdef as definition from pg_indexes where tablename = 'deliveries' and indexname not like '%pkey'`
  const [{ last }] = await sql<[{ last: string }]>`select max(id) as last from deliveries`
  await sql`create table deliveries_by_month (like deliveries including defaults) partition by range (id)`
  for (let month = 0; month < MONTHS; month++) {
    const bound = (at: number) => Math.floor((ROWS * at) / MONTHS)
    const to = month === MONTHS - 1 ? 'maxvalue' : String(bound(month + 1))
    await sql.unsafe(
      `create table deliveries_month_${month} partition of deliveries_by_month for values from (${month ? bound(month) : 'minvalue'}) to (${to})`,
    )
  }
  await sql`insert into deliveries_by_month select * from deliveries`
  await sql`alter table deliveries_by_month add primary key (workspace_id, id)`
  for (const { definition } of indexes)
    await sql.unsafe(definition.replace(/INDEX (\w+) ON (?:\w+\.)?deliveries /, 'INDEX $1_m ON deliveries_by_month '))
  await sql.unsafe(
    `alter table deliveries_by_month alter id add generated by default as identity (start ${Number(last) + 1_000_000})`,
  )
  await sql`vacuum analyze deliveries_by_month`
  await sql`alter table delivery_history drop constraint delivery_history_workspace_id_delivery_id_fkey`
}

/** `deliveries` gets the first name, and the table of the second one becomes `deliveries`. */
async function swap(to: string, from: string): Promise<void> {
  await sql`vacuum deliveries`
  await sql`alter table deliveries rename to ${sql(to)}`
  await sql`alter table ${sql(from)} rename to deliveries`
  await sql.end({ timeout: 1 })
  sql = open()
}

type Times = Record<string, number[]>

/** The times of what each message does. */
async function hot(workspace: Workspace, contact: string): Promise<Times> {
  const sql = workspace.sql as Pool
  const times: Times = {}
  const measured = async <Result>(name: string, work: () => PromiseLike<Result>): Promise<Result> => {
    const { result, took } = await resultOf(work)
    times[name] = [...(times[name] ?? []), took]
    return result
  }
  for (let round = 0; round < ROUNDS; round++) {
    const messages: string[] = []
    for (let n = 0; n < LEASED; n++)
      messages.push(await measured('accept a message', () => aMessage(workspace, { to: contact })))
    const leased = await measured(`lease ${LEASED}`, () => lease(sql, [], LEASED, 60))
    const settlements = leased.map((one) =>
      settlement(one, { outcome: 'sent', provider_id: `own-${one.id}` }, DEFAULT_RETRY, new Date()),
    )
    await measured(`settle ${LEASED}`, () => settle(sql, contactRecords, settlements))
    const { id } = leased[0]!
    const delivery = { workspace_id: workspace.id, channel: 'email' as const }
    await measured('a report by our id', () =>
      applyStatusUpdate(sql, contactRecords, { ...delivery, delivery_id: id }, { status: 'delivered' }),
    )
    await measured('a report by the id of the provider', () =>
      applyStatusUpdate(sql, contactRecords, { ...delivery, provider_id: `own-${id}` }, { status: 'read' }),
    )
    await measured('show a delivery', () => findDelivery(workspace, id))
    await measured('the deliveries of a message', () =>
      listDeliveriesOf(workspace, messages[0] as string, inRecipientOrder(workspace), { number: 1, per_page: 20 }),
    )
  }
  return times
}

/** Of the one table, as the job does it, without its pauses. */
async function removed(): Promise<string> {
  await sql`alter table delivery_history add foreign key (workspace_id, delivery_id) references deliveries on delete cascade not valid`
  await sql.end({ timeout: 1 })
  sql = open()
  const days = 360 - Math.round(360 / MONTHS)
  const { result: rows, took } = await resultOf(() =>
    removeOld(sql, 'deliveries', days, { rest: 0, run_ms: Number.POSITIVE_INFINITY }),
  )
  return `${rows} rows in ${(took / 1000).toFixed(1)} s`
}

async function dropped(): Promise<string> {
  return `dropped in ${ms(await timed(() => sql`drop table deliveries_month_0`))}`
}

async function droppedEvents(workspace_id: string): Promise<string> {
  await sql`
    insert into events (workspace_id, topic, object_type, object_id, created_at)
    select ${workspace_id}, 'note.created', 'note', g::text, now() from generate_series(1, 1000000) g`
  const [first] = await listPartitions(sql)
  return ms(await timed(() => sql`drop table ${sql(first!.name)}`))
}

async function sizeOf(name: string): Promise<string> {
  const [{ size }] = await sql<[{ size: string }]>`
    select pg_size_pretty(coalesce(
      (select sum(pg_total_relation_size(relid)) from pg_partition_tree(${name}::regclass)),
      pg_total_relation_size(${name}::regclass))) as size`
  return size
}
