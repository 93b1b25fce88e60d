// Realtime: many streams of events on one process, and the time from the commit of an event to its arrival.

import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { inMs, type Row, type Size } from './figures.ts'
import { type Measured, withServer } from './server.ts'

const WORKSPACES = 100
const EVENTS_PER_SECOND = 500

/** Opens the streams of 100 workspaces, and writes events to their logs at a constant rate. */
export const measureStreams = ({ quick }: Size): Promise<Row> =>
  withServer({ contacts: 10, command: 'api' }, async (server) => {
    const streams = quick ? 200 : 2_000
    const workspaces = await theWorkspaces(server)
    const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY })
    const took: number[] = []
    await Promise.all(
      Array.from({ length: streams }, (_, n) =>
        open(server.url, workspaces[n % WORKSPACES]!.token, agent, (committed_ms) =>
          took.push(Date.now() - committed_ms),
        ),
      ),
    )
    await write(server, workspaces, 2)
    await sleep(1_000)
    took.length = 0
    const seconds = quick ? 3 : 15
    const written = await write(server, workspaces, seconds)
    await sleep(2_000)
    const expected = (written * streams) / WORKSPACES
    if (took.length !== expected) throw new Error(`${took.length} of ${expected} events arrived`)
    took.sort((a, b) => a - b)
    const [p50, p99] = [0.5, 0.99].map((part) => took[Math.floor(took.length * part)] as number)
    return {
      measure: `${streams.toLocaleString('en')} streams on one process, ${EVENTS_PER_SECOND} events/s: commit to arrival, p99`,
      against: 'the median',
      ours: inMs(p99!),
      theirs: inMs(p50!),
      ratio: '',
      goal: '< 50 ms',
      limit: 'a look at the log every 25 ms',
    }
  })

type Reached = { id: string; token: string }

async function theWorkspaces({ url, token }: Measured): Promise<Reached[]> {
  const found: Reached[] = []
  for (let n = 0; n < WORKSPACES; n++) {
    const answer = await fetch(`${url}/extensions/workspaces`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Workspace ${n}` }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    const made = (await answer.json()) as { id: string; token: string }
    found.push({ id: made.id, token: made.token })
  }
  return found
}

/** Resolves when the stream is open. `onEvent` gets the time in the event. */
function open(url: string, token: string, agent: Agent, onEvent: (committed_ms: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${url}/extensions/events`,
      { agent, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`A stream was answered ${answer.statusCode}`))
        resolve()
        answer.setEncoding('utf8').on('data', (text: string) => {
          for (const [, at] of text.matchAll(/"at_ms":(\d+)/g)) onEvent(Number(at))
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

/** Writes events to the workspaces in turn, each in a transaction of its own. Returns their number. */
async function write({ sql }: Measured, workspaces: readonly Reached[], seconds: number): Promise<number> {
  const began = performance.now()
  const total = seconds * EVENTS_PER_SECOND
  const writing: Promise<unknown>[] = []
  for (let n = 0; n < total; n++) {
    const due_ms = (n / EVENTS_PER_SECOND) * 1000 - (performance.now() - began)
    if (due_ms > 1) await sleep(due_ms)
    const { id } = workspaces[n % WORKSPACES]!
    writing.push(
      sql`
        insert into events (workspace_id, topic, object_type, object_id, snapshot, created_at)
        values (${id}, 'contact.user.updated', 'contact', ${`${n}`},
          jsonb_build_object('type', 'bench', 'at_ms', floor(extract(epoch from clock_timestamp()) * 1000)::bigint), now())`.then(
        () => {},
      ),
    )
  }
  await Promise.all(writing)
  return total
}
