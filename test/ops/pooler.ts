// Behind a connection pooler in transaction mode: no wrong answer, and messages are sent as soon as without one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { startEmbedded } from '#db/embedded.ts'
import type { Pool } from '#db/sql.ts'
import { addressOf } from '../faults/processes.ts'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { pgbouncer } from './pgbouncer.ts'
import type { Row } from './run.ts'

const REQUESTS = 2_400
const CLIENTS = 24
/** Fewer sessions than the server has connections, so that they change hands all the time. */
const SESSIONS = 4
const MESSAGES = 30

const SECRET = { INTERPHONE_SECRET_KEY: 'one secret for all of the processes here' }

export async function pooler(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'interphone-pooler-'))
  const database = await startEmbedded({ directory })
  const sql = connect(database.options)
  const bouncer = await pgbouncer(database, SESSIONS)
  const processes: ServerProcess[] = []
  const start = async (command: 'api' | 'worker', more: Record<string, string> = {}) => {
    const environment = { ...SECRET, DATABASE_URL: bouncer.url, ...more }
    const [first] = processes
    const server = await serverProcess({ environment, command, ...(first && { token: first.token }) })
    processes.push(server)
    server.start()
    if (command === 'api') await server.ready(60_000)
    return server
  }
  try {
    const api = await start('api')
    const worker = await start('worker')
    const rows = [await answers(api), await untilAttempt(api, sql, 'polling')]
    await Promise.all([api.stop(), worker.stop()])
    const direct = { DATABASE_DIRECT_URL: addressOf(database) }
    const told = await start('api', direct)
    await start('worker', direct)
    await sleep(2_000)
    rows.push(await untilAttempt(told, sql, 'with DATABASE_DIRECT_URL'))
    const jobs = await jobEnds(told)
    return [...rows, jobs]
  } finally {
    for (const server of processes) await server.remove()
    await sql.end({ timeout: 1 })
    await bouncer.stop()
    await database.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

type Ask = (method: string, path: string, body?: object) => Promise<{ status: number; body: Record<string, unknown> }>

const asker =
  ({ url, token }: ServerProcess): Ask =>
  async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

/** Creates, reads, searches, changes and lists contacts, each with its right answer. */
async function answers(api: ServerProcess): Promise<Row> {
  const ask = asker(api)
  const wrong: string[] = []
  const expect = async (
    what: string,
    status: number,
    asked: ReturnType<Ask>,
    is_right = (_: Record<string, unknown>) => true,
  ) => {
    const answer = await asked
    if (answer.status !== status || !is_right(answer.body)) wrong.push(`${what} ${answer.status}`)
    return answer.body
  }
  const client = async (number: number) => {
    for (let n = 0; n < REQUESTS / CLIENTS / 6; n++) {
      const email = `${number}-${n}@example.com`
      const { id } = await expect('POST', 200, ask('POST', '/contacts', { role: 'user', email }))
      const is_it = (body: Record<string, unknown>) => body['id'] === id && body['email'] === email
      await expect('GET', 200, ask('GET', `/contacts/${id}`), is_it)
      await expect('PUT', 200, ask('PUT', `/contacts/${id}`, { name: `N ${n}` }), (body) => body['name'] === `N ${n}`)
      const query = { field: 'email', operator: '=', value: email }
      await expect('search', 200, ask('POST', '/contacts/search', { query }), (body) => body['total_count'] === 1)
      await expect('list', 200, ask('GET', '/contacts?per_page=5'))
      await expect('twice', 409, ask('POST', '/contacts', { role: 'user', email }))
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
  const ready = await fetch(`${api.url}/readyz`)
  if (ready.status !== 200) wrong.push(`readyz ${ready.status}`)
  const seen = `${wrong.length} of ${REQUESTS}${wrong.length ? `: ${wrong.slice(0, 3).join(', ')}` : ''}`
  return { what: 'wrong answers', goal: '0', seen, holds: wrong.length === 0 }
}

/** How long after a message is accepted another process begins to send it. */
async function untilAttempt(api: ServerProcess, sql: Pool, how: string): Promise<Row> {
  const ask = asker(api)
  const [admin] = (await ask('GET', '/admins')).body['admins'] as [{ id: string }]
  const { body: contact } = await ask('POST', '/contacts', { role: 'user', email: `${how.length}@example.com` })
  await sql`delete from delivery_history`
  for (let n = 0; n < MESSAGES; n++) {
    await ask('POST', '/messages', {
      ...{ message_type: 'email', subject: `${n}`, body: 'Hello', template: 'plain' },
      ...{ from: { type: 'admin', id: admin.id }, to: { type: 'user', id: contact['id'] } },
    })
    await sleep(170)
  }
  await sleep(1_000)
  const [{ median, worst, sent }] = await sql<[{ median: number; worst: number; sent: number }]>`
    select coalesce(percentile_disc(0.5) within group (order by ms), 1e6)::int as median,
      coalesce(max(ms), 1e6)::int as worst, count(*)::int as sent
    from (
      select extract(epoch from min(history.at) - deliveries.created_at) * 1000 as ms
      from deliveries join delivery_history history on history.workspace_id = deliveries.workspace_id
        and history.delivery_id = deliveries.id
      where history.event = 'attempt'
      group by deliveries.id, deliveries.created_at
    ) waits`
  const seen = `${sent} of ${MESSAGES}, median ${median} ms, worst ${worst} ms`
  return { what: `accepted → attempt, ${how}`, goal: '< 300 ms', seen, holds: worst < 300 && sent === MESSAGES }
}

/** A job that a request asks for runs in the worker. */
async function jobEnds(api: ServerProcess): Promise<Row> {
  const ask = asker(api)
  const contacts = Array.from({ length: 50 }, (_, n) => ({ email: `bulk-${n}@example.com` }))
  const asked = Date.now()
  const { body: job } = await ask('POST', '/contacts/bulk', { contacts })
  let status = 'none'
  while (status !== 'success' && Date.now() - asked < 10_000) {
    await sleep(20)
    status = String((await ask('GET', `/jobs/status/${job['id']}`)).body['status'])
  }
  return {
    what: 'a bulk job',
    goal: 'success',
    seen: `${status} in ${Date.now() - asked} ms`,
    holds: status === 'success',
  }
}
