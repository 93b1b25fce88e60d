// The primary is killed under load, and its synchronous standby is promoted: nothing that was acknowledged is lost.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { serverProcess } from '../server-process.ts'
import { cluster } from './cluster.ts'
import type { Row } from './run.ts'

const CLIENTS = 8
const LOAD_MS = 4_000
const PROMOTED_AFTER_MS = 1_500

export async function failover(): Promise<Row[]> {
  const nodes = await cluster()
  // The standby comes first: it must be passed over.
  const environment = {
    DATABASE_URL: nodes.url(nodes.standby, nodes.primary),
    INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.',
  }
  const server = await serverProcess({ environment })
  const acknowledged: string[] = []
  const statuses: Record<string, number> = {}
  let promoted_at = Number.POSITIVE_INFINITY
  let first_write_ms = Number.POSITIVE_INFINITY
  let over = false
  const client = async (number: number) => {
    for (let n = 0; !over; n++) {
      const external_id = `${number}-${n}`
      const answer = await fetch(`${server.url}/contacts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ external_id }),
        signal: AbortSignal.timeout(30_000),
      }).catch(() => undefined)
      const status = String(answer?.status ?? 'no answer')
      statuses[status] = (statuses[status] ?? 0) + 1
      await answer?.text()
      if (status !== '200') await sleep(50)
      else {
        acknowledged.push(external_id)
        first_write_ms = Math.min(first_write_ms, Math.max(0, Date.now() - promoted_at) || Number.POSITIVE_INFINITY)
      }
    }
  }
  try {
    server.start()
    await server.ready(60_000)
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
    await sleep(LOAD_MS)
    const before = acknowledged.length
    nodes.primary.kill()
    await sleep(PROMOTED_AFTER_MS)
    const unready = await fetch(`${server.url}/readyz`)
    nodes.promote()
    promoted_at = Date.now()
    await sleep(LOAD_MS + 2_000)
    over = true
    await Promise.all(clients)
    const sql = connect({
      host: '127.0.0.1',
      port: nodes.standby.port,
      user: 'interphone',
      database: 'postgres',
      max: 1,
    })
    const kept = new Set(
      (await sql<{ external_id: string }[]>`select external_id from contacts`).map((row) => row.external_id),
    )
    await sql.end({ timeout: 1 })
    const lost = acknowledged.filter((id) => !kept.has(id))
    const errors = (statuses['500'] ?? 0) + (statuses['no answer'] ?? 0)
    return [
      {
        what: 'acknowledged writes lost',
        goal: '0',
        seen: `${lost.length} of ${acknowledged.length} (${before} before)`,
        holds: !lost.length && before > 0,
      },
      { what: 'answers', goal: 'no 500', seen: JSON.stringify(statuses), holds: errors === 0 },
      { what: 'readyz without a primary', goal: '503', seen: String(unready.status), holds: unready.status === 503 },
      {
        what: 'first write after the promotion',
        goal: '< 5 s',
        seen: `${first_write_ms} ms`,
        holds: first_write_ms < 5_000,
      },
    ]
  } finally {
    over = true
    await server.remove()
    nodes.remove()
  }
}
