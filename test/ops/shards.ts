// Two databases, each with some of the workspaces, and a server with its worker for each: what a shard does by itself.
import { connect } from '#db/connect.ts'
import { serverProcess } from '../server-process.ts'
import { cluster } from './cluster.ts'
import type { Row } from './run.ts'

const WORKSPACES = 5
const MESSAGES = 40
const WAIT_MS = 60_000
/** The servers share it, as links and sealed secrets of a workspace that moves must stay valid. */
const KEY = 'a secret of thirty-two characters.'

export async function shards(): Promise<Row[]> {
  const { primary, remove } = await cluster()
  const at = { host: '127.0.0.1', port: primary.port, user: 'interphone' }
  const maintenance = connect({ ...at, database: 'postgres', max: 1 })
  const open = async (database: string) => {
    await maintenance.unsafe(`create database ${database}`)
    const url = `postgres://interphone@127.0.0.1:${primary.port}/${database}?sslmode=disable`
    const server = await serverProcess({ environment: { DATABASE_URL: url, INTERPHONE_SECRET_KEY: KEY } })
    server.start()
    await server.ready(WAIT_MS)
    return { server, sql: connect({ ...at, database, max: 2 }) }
  }
  type Shard = Awaited<ReturnType<typeof open>>
  const opened: Shard[] = []

  const call = async ({ server }: Shard, token: string, path: string, body: object) => {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path} ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as { id: string; token: string; admin_id: string }
  }
  /** Sends messages in workspaces of the shard. Returns the ids of the workspaces, and how many were accepted. */
  async function send(shard: Shard) {
    const ids: string[] = []
    let accepted = 0
    for (let n = 0; n < WORKSPACES; n++) {
      const { id, token, admin_id } = await call(shard, shard.server.token, '/extensions/workspaces', { name: `W${n}` })
      ids.push(id)
      const contact = await call(shard, token, '/contacts', { role: 'user', email: `anna${n}@example.com` })
      const message = { message_type: 'email', template: 'plain', subject: 'Hello', body: 'Text' }
      const parties = { from: { type: 'admin', id: admin_id }, to: { type: 'user', id: contact.id } }
      for (let sent = 0; sent < MESSAGES; sent++) {
        await call(shard, token, '/messages', { ...message, ...parties })
        accepted++
      }
    }
    return { ids, accepted }
  }
  const captured = async ({ sql }: Shard, ids: string[]) => {
    const [row] = await sql<[{ count: number; twice: number }]>`
      select count(*)::int, (count(*) - count(distinct delivery_id))::int as twice
      from captured_messages where workspace_id in ${sql(ids)}`
    return row
  }
  const untilCaptured = async (shard: Shard, ids: string[], count: number) => {
    const began = performance.now()
    while (performance.now() - began < WAIT_MS && (await captured(shard, ids)).count < count)
      await new Promise((resolve) => setTimeout(resolve, 50))
    return Math.round(performance.now() - began)
  }

  try {
    for (const database of ['shard_one', 'shard_two']) opened.push(await open(database))
    const [one, two] = opened as [Shard, Shard]
    const in_one = await send(one)
    // With its messages queued or half sent.
    await one.server.kill()
    const in_two = await send(two)
    const took_ms = await untilCaptured(two, in_two.ids, in_two.accepted)
    one.server.start()
    await one.server.ready(WAIT_MS)
    await untilCaptured(one, in_one.ids, in_one.accepted)
    const [first, second] = [await captured(one, in_one.ids), await captured(two, in_two.ids)]
    const strangers = (await captured(one, in_two.ids)).count + (await captured(two, in_one.ids)).count
    return [
      {
        what: 'messages of the shard whose server was killed, sent by its own worker afterwards',
        goal: `${in_one.accepted}, none twice`,
        seen: `${first.count}, ${first.twice} twice`,
        holds: first.count === in_one.accepted && first.twice === 0,
      },
      {
        what: 'messages of the other shard, meanwhile',
        goal: `${in_two.accepted}, none twice`,
        seen: `${second.count}, ${second.twice} twice, the last one ${took_ms} ms after the last request`,
        holds: second.count === in_two.accepted && second.twice === 0,
      },
      {
        what: 'rows of a workspace in the shard of another',
        goal: '0',
        seen: String(strangers),
        holds: strangers === 0,
      },
    ]
  } finally {
    for (const { server, sql } of opened) {
      await sql.end({ timeout: 1 })
      await server.remove()
    }
    await maintenance.end({ timeout: 1 })
    remove()
  }
}
