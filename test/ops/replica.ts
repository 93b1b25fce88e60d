// Two servers with a read replica under load: what one of them has written, the other one finds, also when the replica is killed.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { cluster } from './cluster.ts'
import type { Row } from './run.ts'

const CLIENTS = 8
const LOAD_MS = 5_000

export async function replica(): Promise<Row[]> {
  const nodes = await cluster()
  const at = (port: number) => `postgres://interphone@127.0.0.1:${port}/postgres?sslmode=disable`
  const environment = {
    DATABASE_URL: at(nodes.primary.port),
    DATABASE_READ_URL: at(nodes.standby.port),
    INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.',
  }
  const first = await serverProcess({ command: 'api', environment })
  const second = await serverProcess({ command: 'api', environment, token: first.token })
  const servers = [first, second]
  const call = async ({ url, token }: ServerProcess, method: string, path: string, body?: object) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, text }
  }
  const seen = { written: 0, found: 0, missed: 0, failed: 0 }

  async function client(number: number, until: number): Promise<void> {
    for (let n = 0; performance.now() < until; n++) {
      const [writer, reader] = n % 2 ? servers : servers.toReversed()
      const external_id = `${until}-${number}-${n}`
      const written = await call(writer!, 'POST', '/contacts', { external_id })
      const query = { field: 'external_id', operator: '=', value: external_id }
      const answer = await call(reader!, 'POST', '/contacts/search', { query })
      if (written.status !== 200 || answer.status !== 200) seen.failed++
      else seen[JSON.parse(answer.text).total_count === 1 ? 'found' : 'missed']++
      seen.written++
    }
  }
  const load = () => {
    const until = performance.now() + LOAD_MS
    return Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number, until)))
  }
  const byReplica = async () => {
    const texts = await Promise.all(servers.map((server) => call(server, 'GET', '/metrics')))
    return texts.reduce(
      (sum, { text }) => sum + Number(/interphone_replica_reads_total\{from="replica"\} (\d+)/.exec(text)?.[1] ?? 0),
      0,
    )
  }
  try {
    for (const server of servers) {
      server.start()
      await server.ready(60_000)
    }
    await load()
    const calm = { ...seen, by_replica: await byReplica() }
    // A commit must not wait for the standby that is about to be killed.
    const sql = connect({
      host: '127.0.0.1',
      port: nodes.primary.port,
      user: 'interphone',
      database: 'postgres',
      max: 1,
    })
    await sql`alter system set synchronous_standby_names = ''`
    await sql`select pg_reload_conf()`
    await sql.end({ timeout: 1 })
    const loaded = load()
    await sleep(LOAD_MS / 3)
    nodes.standby.kill()
    await loaded
    return [
      {
        what: 'objects that the other server did not find',
        goal: '0',
        seen: `${seen.missed} of ${seen.written}`,
        holds: seen.missed === 0 && seen.found > 0,
      },
      {
        what: 'searches that the replica answered',
        goal: 'more than half',
        seen: `${calm.by_replica} of ${calm.written}`,
        holds: calm.by_replica > calm.written / 2,
      },
      {
        what: 'requests that failed, the replica killed',
        goal: '0',
        seen: String(seen.failed),
        holds: seen.failed === 0,
      },
    ]
  } finally {
    for (const server of servers) await server.remove()
    nodes.remove()
  }
}
