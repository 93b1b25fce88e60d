// A broadcast: the rate of creating its deliveries, in steps that survive a crash and check each recipient, compared with
// what PostgreSQL alone can insert; and the server's memory while it runs one.
import { setTimeout as sleep } from 'node:timers/promises'
import { step } from '#resources/broadcasts/expansion/step.ts'
import { alternate, perSecond, type Row, type Size } from './figures.ts'
import { type Measured, withServer } from './server.ts'

const CONTACTS = 100_000

export async function measureBroadcast({ quick }: Size): Promise<Row[]> {
  const contacts = quick ? CONTACTS / 10 : CONTACTS
  return [await expansion(contacts, quick ? 3 : 2), await wholeWay(contacts), await memory(quick ? 30_000 : CONTACTS)]
}

const EVERYBODY = { query: { field: 'role', operator: '=', value: 'user' } }

/** A server without a worker does not run it. */
export async function aBroadcast({ url, token }: Measured): Promise<string> {
  const answer = await fetch(`${url}/extensions/broadcasts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      message_type: 'whatsapp',
      template: 'order_update',
      components: [{ type: 'body', parameters: [{ type: 'text', text: '{{first_name | fallback: "there"}}' }] }],
      audience: EVERYBODY,
    }),
  })
  const { id } = (await answer.json()) as { id: string }
  if (answer.status !== 202) throw new Error(`A broadcast was answered ${answer.status}`)
  return id
}

const giveNumbers = ({ sql, workspace: { workspace_id } }: Measured) => sql`
  update contacts set formatted_phone = '+1313' || (10000000 + ('x' || right(id, 7))::bit(28)::int)
  where workspace_id = ${workspace_id}`

function expansion(contacts: number, rounds: number): Promise<Row> {
  return withServer({ contacts, command: 'api' }, async (server) => {
    await giveNumbers(server)
    const { sql } = server
    const timed = async (work: (id: string) => Promise<unknown>) => {
      await sql`truncate broadcast_tallies, broadcasts, messages, deliveries cascade`
      await sql`vacuum analyze contacts`
      await sql`checkpoint`
      const prepared = await aBroadcast(server)
      const began = performance.now()
      await work(prepared)
      const seconds = (performance.now() - began) / 1000
      await assertAll(server, prepared, contacts)
      return contacts / seconds
    }
    const { ours, theirs, ratio } = await alternate(
      rounds,
      () => timed(() => expandAll(server)),
      () => timed((id) => bareInsert(server, id)),
    )
    return {
      measure: `a broadcast to ${contacts.toLocaleString('en')} contacts: creating the deliveries, contacts/s`,
      against: 'one bare `insert … select` of the same rows',
      ours: perSecond(ours),
      theirs: perSecond(theirs),
      ratio: ratio.toFixed(2),
      goal: '≥ 0.40',
      limit: 'PostgreSQL: it checks each recipient, duplicate numbers too, and commits every thousand',
    }
  })
}

async function expandAll({ sql }: Measured) {
  while (await step(sql));
}

const bareInsert = ({ sql, workspace: { workspace_id } }: Measured, message_id: string) => sql`
  insert into deliveries (workspace_id, channel, message_id, ruleset_id, broadcast_id, conversation_id, contact_id,
    recipient_type, address, name, parameters, created_at, updated_at)
  select workspace_id, 'whatsapp', ${message_id}, ${message_id}, ${message_id}, nextval('conversation_ids'), id, 'to',
    formatted_phone, name, array[split_part(name, ' ', 1)], now(), now()
  from contacts
  where workspace_id = ${workspace_id} and role = 'user'
  order by id`

async function assertAll({ sql, workspace: { workspace_id } }: Measured, id: string, contacts: number) {
  const [found] = await sql<[{ count: number }]>`
    select count(*)::int as count from deliveries where workspace_id = ${workspace_id} and message_id = ${id}`
  if (found.count !== contacts) throw new Error(`${found.count} deliveries for ${contacts} contacts`)
}

/** Sent by a running server into the sandbox; compared with the time of PostgreSQL to write the same rows. */
function wholeWay(contacts: number): Promise<Row> {
  return withServer({ contacts }, async (server) => {
    await giveNumbers(server)
    const { seconds } = await carriedOut(server, contacts)
    const { sql } = server
    await sql`truncate captured_messages, delivery_history, broadcast_tallies, broadcasts, messages, deliveries cascade`
    await sql`vacuum analyze contacts`
    await sql`checkpoint`
    const began = performance.now()
    await bareSending(server)
    const theirs = contacts / ((performance.now() - began) / 1000)
    const ours = contacts / seconds
    return {
      measure: `the same broadcast by a running server: deliveries created, captured, every outcome stored, contacts/s`,
      against: 'bare SQL that writes the same rows, 500 at a time',
      ours: perSecond(ours),
      theirs: perSecond(theirs),
      ratio: (ours / theirs).toFixed(2),
      goal: '≥ 0.25',
      limit:
        'the worker: it leases, renders and settles in one process, while PostgreSQL writes six rows for each recipient',
    }
  })
}

/** Twice as many contacts need no more memory, after V8's heap has grown to its usual size. */
async function memory(contacts: number): Promise<Row> {
  const peakOf = (count: number) =>
    withServer({ contacts: count }, async (server) => {
      await giveNumbers(server)
      return (await carriedOut(server, count)).peak_mb
    })
  const [ours, theirs] = [await peakOf(2 * contacts), await peakOf(contacts)]
  return {
    measure: `peak memory (RSS) of the server during a broadcast to ${(2 * contacts).toLocaleString('en')} contacts`,
    against: `a broadcast to ${contacts.toLocaleString('en')} contacts`,
    ours: `${ours} MB`,
    theirs: `${theirs} MB`,
    ratio: `${(ours / theirs).toFixed(2)} ×`,
    goal: '≤ 1.25 ×',
    limit:
      '1,000 contacts for each step, 16 leased deliveries for each connection of an account, 500 outcomes in one write',
  }
}

async function carriedOut(server: Measured, contacts: number): Promise<{ seconds: number; peak_mb: number }> {
  const began = performance.now()
  const id = await aBroadcast(server)
  let peak_mb = 0
  for (;;) {
    await sleep(200)
    peak_mb = Math.max(peak_mb, server.memory_mb())
    const headers = { authorization: `Bearer ${server.token}` }
    const answer = await fetch(`${server.url}/extensions/broadcasts/${id}`, { headers })
    const { state, counts } = (await answer.json()) as { state: string; counts: { statuses: { delivered: number } } }
    if (state !== 'completed') continue
    if (counts.statuses.delivered !== contacts) throw new Error(`${counts.statuses.delivered} were delivered`)
    return { seconds: (performance.now() - began) / 1000, peak_mb }
  }
}

const AT_ONCE = 500

/** The rows that any sender must write for each recipient: the delivery (twice), its history, the copy, the contact. */
async function bareSending(server: Measured) {
  const { sql, workspace } = server
  const { workspace_id, admin_id } = workspace
  const [message] = await sql<[{ id: string }]>`
    insert into messages (workspace_id, author_type, author_id, message_type, conversation_id, created_at)
    values (${workspace_id}, 'admin', ${admin_id}, 'whatsapp', nextval('conversation_ids'), now()) returning id`
  await bareInsert(server, message.id)
  for (;;) {
    const { count } = await sql`
      with sent as (
        update deliveries set status = 'delivered', provider_id = 'wamid.' || id, attempts = 1, updated_at = now()
        where workspace_id = ${workspace_id} and id in (
          select id from deliveries where workspace_id = ${workspace_id} and status = 'queued'
          order by due_at, id limit ${AT_ONCE})
        returning id, contact_id, address
      ),
      history as (
        insert into delivery_history (workspace_id, delivery_id, event, status, attempt, at)
        select ${workspace_id}, id, event, status, 1, now()
        from sent, (values ('attempt', 'sent'), ('report', 'delivered')) as entry (event, status)
      ),
      captured as (
        insert into captured_messages (workspace_id, delivery_id, channel, sender, recipient, rendered, captured_at)
        select ${workspace_id}, id, 'whatsapp', 'sandbox', address, '{"text": "Hello"}', now() from sent
      )
      update contacts set last_contacted_at = now()
      from sent where workspace_id = ${workspace_id} and contacts.id = sent.contact_id`
    if (!count) return
  }
}
