// Clients send while the server and its PostgreSQL are killed again and again; then the results are counted.
import { setTimeout as sleep } from 'node:timers/promises'
import { serverProcess } from '../server-process.ts'
import { newAccount, runClient } from './client.ts'
import { killUntil, randomNumbers } from './killer.ts'
import { type Report, report } from './report.ts'
import { crashSink } from './sink.ts'

export type CrashOptions = {
  seed: number
  /** Called before each kill: have there been enough since the clients started? */
  enough(kills: number, since_ms: number): boolean
}

const CLIENTS = 16
const CONTACTS = 50
/** How long a delivery stays leased by a killed server. */
const LEASE_SECONDS = 3
/** The times without kills at the end: for the last requests, and for the last deliveries. */
const PATIENCE_MS = 120_000

export async function crash({ seed, enough }: CrashOptions): Promise<Report> {
  const sink = await crashSink()
  const server = await serverProcess({
    environment: {
      SMTP_URL: sink.url,
      EMAIL_FROM: 'team@example.com',
      DELIVERY_LEASE_SECONDS: String(LEASE_SECONDS),
    },
  })
  const call = caller(server)
  const stop = new AbortController()
  // Like a process supervisor: a server whose database is killed during its start exits by itself.
  const revival = setInterval(server.start, 100)
  try {
    await server.ready()
    const { id: admin_id } = await call('GET', '/me')
    const contacts = await Promise.all(
      Array.from({ length: CONTACTS }, async (_, n) => {
        const contact = await call('POST', '/contacts', { role: 'user', email: `contact-${n}@example.com` })
        return contact.id as string
      }),
    )

    const account = newAccount()
    const started = Date.now()
    const { url, token } = server
    const clients = Array.from({ length: CLIENTS }, (_, n) =>
      runClient({ account, name: `${n}`, contacts, has_keys: n % 2 === 0, stop: stop.signal, url, token, admin_id }),
    )
    const kills = await killUntil(server, randomNumbers(seed), enough)
    await server.ready()
    stop.abort()
    await within(PATIENCE_MS, Promise.all(clients))

    const stopped_sending = Date.now()
    const count = async (status: string) =>
      (await call('GET', `/extensions/deliveries?status=${status}&per_page=1`)).total_count
    while ((await count('queued')) > 0 && Date.now() < stopped_sending + PATIENCE_MS) await sleep(100)
    const [queued, sent, failed] = [await count('queued'), await count('sent'), await count('failed')]
    return report({
      seed,
      seconds: (stopped_sending - started) / 1000,
      drained_seconds: (Date.now() - stopped_sending) / 1000,
      account,
      arrivals: sink.arrivals,
      kills,
      deaths: server.deaths,
      deliveries: { queued, sent, failed },
    })
  } finally {
    stop.abort()
    clearInterval(revival)
    await server.remove()
    await sink.close()
  }
}

const caller =
  ({ url, token }: { url: string; token: string }) =>
  // biome-ignore lint/suspicious/noExplicitAny: it reads ids and counts out of whatever shape an answer has
  async (method: string, path: string, body?: object, retries = 20): Promise<any> => {
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    // The database's last kill may still be under way.
    if (answer.status === 503 && retries > 0)
      return sleep(200).then(() => caller({ url, token })(method, path, body, retries - 1))
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

/** Waits for a limited time: a client that is still running then is ignored. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, sleep(ms, undefined, { signal: over.signal }).catch(() => {})])
  over.abort()
}
