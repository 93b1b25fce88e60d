// A broadcast while the server and its PostgreSQL are killed again and again: at the end each recipient has exactly
// one delivery, each is sent, and the counts and status pages are correct.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import type { Pool } from '#db/sql.ts'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { randomNumbers } from './killer.ts'

export type BroadcastOptions = { seed: number; contacts: number; kills: number; longest_pause_ms: number }

export type BroadcastReport = Awaited<ReturnType<typeof crashBroadcast>>

const PATIENCE_MS = 10 * 60_000

export async function crashBroadcast({ seed, contacts, kills, longest_pause_ms }: BroadcastOptions) {
  const server = await serverProcess({ environment: { DELIVERY_LEASE_SECONDS: '3' } })
  const random = randomNumbers(seed)
  const revival = setInterval(server.start, 100)
  try {
    await server.ready()
    await inDatabase(server, (sql) => fill(sql, contacts))
    const id = await startBroadcast(server)
    const started = Date.now()
    const killed = { making: 0, sending: 0, done: 0 }
    let of_postgres = 0
    for (let kill = 0; kill < kills; kill++) {
      await server.ready()
      await sleep(random() * longest_pause_ms)
      await server.kill()
      killed[await inDatabase(server, (sql) => phaseOf(sql, id))]++
      if (kill % 3 === 2 && server.killPostgres()) of_postgres++
      server.start()
    }
    const { counts } = await untilCompleted(server, id)
    const seconds = (Date.now() - started) / 1000
    const events = await readStatuses(server, id)
    const found = await inDatabase(server, (sql) => countUp(sql, id))
    return { seed, contacts, kills, of_postgres, killed, seconds, counts, events, ...found }
  } finally {
    clearInterval(revival)
    await server.remove()
  }
}

async function inDatabase<Result>({ directory }: ServerProcess, work: (sql: Pool) => Promise<Result>): Promise<Result> {
  const sql = connect({ ...runningEmbedded(directory), max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const fill = (sql: Pool, contacts: number) => sql`
  insert into contacts (workspace_id, id, role, formatted_phone, name, created_at, updated_at)
  select workspaces.id, lpad(to_hex(n), 24, '0'), 'user', '+1313' || (1000000 + n), 'Reader ' || n, now(), now()
  from workspaces, generate_series(1, ${contacts}::int) n`

async function phaseOf(sql: Pool, id: string): Promise<'making' | 'sending' | 'done'> {
  const [found] = await sql<{ is_making: boolean; is_sending: boolean }[]>`
    select due_at is not null as is_making,
      exists (select from deliveries where broadcast_id = ${id} and status = 'queued') as is_sending
    from broadcasts where id = ${id}`
  if (found?.is_making) return 'making'
  return found?.is_sending ? 'sending' : 'done'
}

type Shown = {
  id: string
  state: string
  counts: Record<'audience' | 'accepted', number> & { statuses: Record<string, number> }
}

async function ask<Result>({ url, token }: ServerProcess, path: string, body?: object): Promise<Result> {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(url + path, { ...(body && { method: 'POST', body: JSON.stringify(body) }), headers })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Result
}

async function startBroadcast(server: ServerProcess): Promise<string> {
  const { id } = await ask<Shown>(server, '/extensions/broadcasts', {
    message_type: 'whatsapp',
    template: 'hello',
    components: [{ type: 'body', parameters: [{ type: 'text', text: '{{name}}' }] }],
    audience: { query: { field: 'role', operator: '=', value: 'user' } },
  })
  return id
}

async function untilCompleted(server: ServerProcess, id: string): Promise<Shown> {
  const until = Date.now() + PATIENCE_MS
  await server.ready()
  for (;;) {
    const shown = await ask<Shown>(server, `/extensions/broadcasts/${id}`)
    if (shown.state === 'completed' || Date.now() > until) return shown
    await sleep(100)
  }
}

type Page = { events: { id: string }[]; total_count: number; pages: { next: { starting_after: string } | null } }

/** Reads all pages by following the cursor. */
async function readStatuses(server: ServerProcess, id: string) {
  const ids: string[] = []
  let cursor = ''
  for (;;) {
    const page = await ask<Page>(server, `/messages/status?ruleset_id=${id}&per_page=100${cursor}`)
    ids.push(...page.events.map((event) => event.id))
    if (!page.pages.next) return { read: ids.length, different: new Set(ids).size, total_count: page.total_count }
    cursor = `&starting_after=${encodeURIComponent(page.pages.next.starting_after)}`
  }
}

async function countUp(sql: Pool, id: string) {
  const [found] = await sql<
    [Record<'deliveries' | 'recipients' | 'conversations' | 'delivered' | 'captured' | 'repeated', number>]
  >`
    select count(*)::int as deliveries, count(distinct contact_id)::int as recipients,
      count(distinct conversation_id)::int as conversations,
      (count(*) filter (where status = 'delivered'))::int as delivered,
      (select count(distinct delivery_id)::int from captured_messages) as captured,
      sum(attempts - 1)::int as repeated
    from deliveries where broadcast_id = ${id}`
  return { ...found }
}

export const isWhole = ({ contacts, counts, events, ...found }: BroadcastReport): boolean =>
  [
    ...[found.deliveries, found.recipients, found.conversations, found.delivered, found.captured],
    ...[counts.audience, counts.accepted, counts.statuses['delivered']],
    ...[events.read, events.different, events.total_count],
  ].every((count) => count === contacts)

export function broadcastLines(report: BroadcastReport): string[] {
  const { contacts, counts, events, killed, ...found } = report
  return [
    `a broadcast to ${contacts} contacts, seed ${report.seed}: complete ${report.seconds.toFixed(0)} s after the request`,
    `killed -9: the server ${report.kills} times (${killed.making} while deliveries were created, ${killed.sending} while they were sent, ${killed.done} after), PostgreSQL too ${report.of_postgres} times`,
    `deliveries: ${found.deliveries} to ${found.recipients} contacts with ${found.conversations} conversations; ${found.delivered} delivered, ${found.captured} captured`,
    `attempts repeated after a kill: ${found.repeated}`,
    `counts: ${JSON.stringify(counts)}`,
    `GET /messages/status: ${events.read} events read, ${events.different} of them different, a total of ${events.total_count}`,
  ]
}
