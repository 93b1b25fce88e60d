// Streams to messengers from several servers that are killed and stopped: nothing acknowledged is lost.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase, urlOf } from '../database.ts'
import { eventually } from '../factories.ts'
import { eventSource, signIn } from '../messenger.ts'
import { type ServerProcess, serverProcess } from '../server-process.ts'

/** Shared by the processes; closed last. */
const database = await testDatabase()
const environment = {
  DATABASE_URL: urlOf(database),
  INTERPHONE_SECRET_KEY: 'one secret for all of the processes here',
}
const one = await serverProcess({ environment })
const other = await serverProcess({ environment, token: one.token, command: 'api' })
after(async () => {
  await Promise.all([one.remove(), other.remove()])
  await database.close()
})

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
async function call(server: ServerProcess, path: string, body?: object, token = one.token): Promise<any> {
  const answer = await fetch(server.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

one.start()
await one.ready()
const { id: admin_id, app } = await call(one, '/me')

/** A contact who has signed in. */
async function signedIn(user_id: string) {
  const { token, contact } = await signIn(one.url, { app_id: app.id_code, user_id })
  return { token, id: contact.id }
}

const send = (server: ServerProcess, id: string, body: string) =>
  call(server, '/messages', {
    message_type: 'in_app',
    body,
    from: { type: 'admin', id: admin_id },
    to: { type: 'user', id },
  })

const statusesOf = async (id: string): Promise<string[]> =>
  (await database.sql<{ status: string }[]>`select status from deliveries where contact_id = ${id}`).map(
    ({ status }) => status,
  )

test('every acknowledged message arrives, although servers are killed while they stream it', async (t) => {
  const { token, id } = await signedIn('killed')
  const reader = eventSource(one.url, token)
  t.after(reader.close)
  const acknowledged: string[] = []
  let done = false
  async function talk(who: number) {
    for (let n = 0; !done; n++) {
      const body = `${who}-${n}`
      try {
        await send(one, id, body)
        acknowledged.push(body)
        await sleep(5)
      } catch {
        await sleep(50) // The server was killed and is restarting.
      }
    }
  }
  const talks = Promise.all([talk(0), talk(1), talk(2)])
  for (let kills = 0; kills < 3; kills++) {
    await reader.until(20 * (kills + 1), 20_000)
    await one.kill()
    one.start()
    await one.ready()
  }
  await sleep(500)
  done = true
  await talks
  const missing = () => {
    const got = new Set(reader.bodies())
    return acknowledged.filter((body) => !got.has(`<p>${body}</p>`))
  }
  await eventually(
    async () => missing(),
    ({ length }) => length === 0,
    60_000,
  )
  const ids = reader.events.map((event) => event.id)
  const doubles = ids.length - new Set(ids).size
  t.diagnostic(`${acknowledged.length} acknowledged over 3 kills, ${ids.length} events, ${doubles} of them doubles`)
  const firsts = [...new Set(ids)].map(Number)
  assert.deepEqual(
    firsts,
    firsts.toSorted((a, b) => a - b),
    'what is new comes in one order',
  )
  const bodies = new Map(reader.events.map((event) => [event.id, event.data.part.body]))
  assert.equal(new Set(bodies.values()).size, bodies.size, 'one message has one id')
  await eventually(
    () => statusesOf(id),
    (all) => all.every((status) => status === 'delivered'),
  )
})

test('a message that one process accepts reaches a stream of another within a second', async (t) => {
  other.start()
  await other.ready()
  const { token, id } = await signedIn('elsewhere')
  const reader = eventSource(other.url, token)
  t.after(reader.close)
  await eventually(
    async () => reader.opened,
    (opened) => opened === 1,
  )
  await send(other, id, 'to begin with')
  await reader.until(1)
  const waits: number[] = []
  for (let n = 1; n <= 5; n++) {
    const started = performance.now()
    await send(one, id, `${n}`)
    await reader.until(n + 1, 1_000)
    waits.push(Math.round(performance.now() - started))
  }
  t.diagnostic(`from one process to the other in ${waits.join(', ')} ms`)
  assert.deepEqual(
    reader.bodies().slice(1),
    [1, 2, 3, 4, 5].map((n) => `<p>${n}</p>`),
  )
})

test('a server stops at once although streams are open, and their readers reconnect and miss nothing', async (t) => {
  const people = await Promise.all(Array.from({ length: 20 }, (_, n) => signedIn(`stopped-${n}`)))
  const readers = people.map(({ token }) => eventSource(one.url, token))
  t.after(() => {
    for (const reader of readers) reader.close()
  })
  await eventually(
    async () => readers.every(({ opened }) => opened === 1),
    (all) => all,
  )
  await Promise.all(people.map(({ id }) => send(one, id, 'before')))
  await Promise.all(readers.map((reader) => reader.until(1)))
  const started = performance.now()
  await one.stop()
  const took_ms = performance.now() - started
  t.diagnostic(`stopped with ${readers.length} open streams in ${Math.round(took_ms)} ms`)
  assert.ok(took_ms < 2_500, `it took ${took_ms} ms`)
  await Promise.all(people.map(({ id }) => send(other, id, 'meanwhile'))) // No worker is running.
  one.start()
  await one.ready()
  await Promise.all(readers.map((reader) => reader.until(2)))
  for (const reader of readers) assert.deepEqual(reader.bodies(), ['<p>before</p>', '<p>meanwhile</p>'])
  assert.ok(readers.every(({ is_over }) => !is_over))
})
