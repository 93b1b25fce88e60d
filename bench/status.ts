// GET /messages/status of one large set: the time of the last page, compared with the first, while statuses change; and that
// a reader who follows the cursor gets every event once.

import { applyStatusUpdate } from '#delivery/status-update.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { aBroadcast } from './broadcast.ts'
import { alternate, inMs, type Row, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { type Measured, withServer } from './server.ts'

const EVENTS = 1_000_000
const PER_PAGE = 100
const AT_ONCE = 2

export function measureStatus({ quick }: Size): Promise<Row> {
  const events = quick ? EVENTS / 10 : EVENTS
  const seconds = quick ? 2 : 4
  return withServer({ contacts: 10, command: 'api' }, async (server) => {
    const ruleset_id = await aBroadcast(server)
    await fill(server, ruleset_id, events)
    const stop = moveStatuses(server, ruleset_id)
    try {
      const last = await readAll(server, ruleset_id, events)
      const p50 = async (cursor: string, expected: string) => {
        const request = wire('GET', pathOf(ruleset_id, cursor), server.token)
        const isValid = (body: string) => body.includes(expected) && body.includes(`"total_count":${events},`)
        return (await load({ url: server.url, connections: AT_ONCE, request: () => request, seconds, isValid })).p50_ms
      }
      const { ours, theirs, ratio } = await alternate(
        quick ? 3 : 4,
        () => p50(last, '"next":null'),
        () => p50('', '"starting_after":'),
      )
      return {
        measure: `\`GET /messages/status\`, the last of ${(events / PER_PAGE).toLocaleString('en')} pages, p50`,
        against: 'the first page of the same list, while statuses change',
        ours: inMs(ours),
        theirs: inMs(theirs),
        ratio: `${ratio.toFixed(2)} ×`,
        goal: '≤ 1.5 ×',
        limit: `a page costs what its ${PER_PAGE} rows cost: the cursor is a key, and the total is stored, not counted`,
      }
    } finally {
      await stop()
    }
  })
}

const pathOf = (ruleset_id: string, cursor: string) =>
  `/messages/status?ruleset_id=${ruleset_id}&per_page=${PER_PAGE}${cursor && `&starting_after=${encodeURIComponent(cursor)}`}`

async function fill({ sql, workspace: { workspace_id } }: Measured, ruleset_id: string, events: number) {
  await sql`
    insert into deliveries (workspace_id, channel, message_id, ruleset_id, broadcast_id, conversation_id, contact_id,
      recipient_type, address, parameters, status, attempts, provider_id, created_at, updated_at)
    select ${workspace_id}, 'whatsapp', ${ruleset_id}, ${ruleset_id}, ${ruleset_id}, nextval('conversation_ids'),
      lpad(to_hex(n), 24, '0'), 'to', '+1313' || (1000000 + n), '{}', 'delivered', 1, 'wamid.' || n, at, at
    from generate_series(1, ${events}::int) n, lateral (select now() - (n / 1000) * interval '1 second' as at) moment`
  await sql`
    insert into broadcast_tallies (workspace_id, broadcast_id, is_sum, delivered)
    values (${workspace_id}, ${ruleset_id}, true, ${events})`
  await sql`update broadcasts set due_at = null where workspace_id = ${workspace_id} and id = ${ruleset_id}`
  await sql`vacuum analyze deliveries`
  await sql`checkpoint`
}

/** Like WhatsApp's callbacks: from time to time a contact reads a message. */
function moveStatuses({ sql, workspace: { workspace_id } }: Measured, ruleset_id: string): () => Promise<void> {
  let stopping = false
  async function work() {
    const readers = await sql<{ id: string }[]>`
      select id from deliveries tablesample system (1) where workspace_id = ${workspace_id} and ruleset_id = ${ruleset_id}`
    for (const { id } of readers) {
      if (stopping) return
      await applyStatusUpdate(
        sql,
        contactRecords,
        { workspace_id, channel: 'whatsapp', delivery_id: id },
        { status: 'read' },
      )
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const working = work()
  return async () => {
    stopping = true
    await working
  }
}

/** Reads from the first page to the last. Returns the last cursor. */
async function readAll({ url, token }: Measured, ruleset_id: string, events: number): Promise<string> {
  const seen = new Set<string>()
  let cursor = ''
  for (;;) {
    const answer = await fetch(url + pathOf(ruleset_id, cursor), { headers: { authorization: `Bearer ${token}` } })
    const page = (await answer.json()) as Page
    for (const { id } of page.events) seen.add(id)
    if (page.total_count !== events) throw new Error(`A total of ${page.total_count} where there are ${events}`)
    if (!page.pages.next) break
    cursor = page.pages.next.starting_after
  }
  if (seen.size !== events) throw new Error(`${seen.size} of ${events} events were read`)
  return cursor
}

type Page = { events: { id: string }[]; total_count: number; pages: { next: { starting_after: string } | null } }
