// The fault test of webhooks: many events, an endpoint that fails three calls in ten and is down for ten simulated minutes,
// and processes that are killed. Each event arrives, in order for its object, and repeats have the same id.
import { setTimeout as sleep } from 'node:timers/promises'
import { randomNumbers } from '../crash/killer.ts'
import { type Endpoint, faultyEndpoint } from './endpoint.ts'
import { oneServer, severalProcesses } from './processes.ts'
import { type Report, report } from './webhook-report.ts'

export type WebhookFaultsOptions = { events: number; seed: number; has_several_processes: boolean }

const SHARE = 0.3
const CONTACTS = 100
const CLIENTS = 16
/** The most events that have not arrived: each step of the clock changes the rows of all that wait. */
const BACKLOG = 4_000
/** The endpoint goes down when this share of the events has arrived. */
const GOES_DOWN_AT = 0.3
const DOWN_FOR_SECONDS = 600
/** The clock of the workspace, which makes retries due, moves in steps. */
const TICK_MS = 50
const STEP_SECONDS = 120
const LONGEST_STEP_SECONDS = 3_600
const PATIENCE_MS = 15 * 60_000

/** Calls any of the API's processes until one answers. */
type Ask = (method: string, path: string, body?: object, key?: string) => Promise<Answer>
// biome-ignore lint/suspicious/noExplicitAny: it reads ids and counts out of whatever shape an answer has
type Answer = any

export async function webhookFaults({ events, seed, has_several_processes }: WebhookFaultsOptions): Promise<Report> {
  const random = randomNumbers(seed)
  const endpoint = await faultyEndpoint(SHARE, random)
  const servers = await (has_several_processes ? severalProcesses(random) : oneServer(random))
  const over = new AbortController()
  try {
    const ask = asker(servers.urls, servers.token)
    const started = Date.now()
    const subscription = await ask('POST', '/extensions/webhook_subscriptions', {
      ...{ url: endpoint.url, topics: ['contact.user.updated'], gives_up_after_hours: 72 },
    })
    const contacts: string[] = []
    for (let n = 0; n < CONTACTS; n++) {
      const { id } = await ask('POST', '/contacts', { external_id: `contact ${n}`, name: 'New' }, `contact ${n}`)
      contacts.push(id)
    }
    const events_of_each = Math.ceil(events / CONTACTS)
    const total = CONTACTS * events_of_each
    const progress = () => endpoint.accepted.size / total

    const clock = moveClock(ask, endpoint, progress, over.signal)
    const killing = servers.kill(progress, over.signal)
    let caused = 0
    await causeEvents(contacts, events_of_each, async (id, n) => {
      while (caused - endpoint.accepted.size > BACKLOG) await sleep(TICK_MS)
      caused++
      await ask('PUT', `/contacts/${id}`, { name: String(n) }, `${id} ${n}`)
    })
    const kills = await killing
    const count = async (status: string): Promise<number> =>
      (
        await ask(
          'GET',
          `/extensions/webhook_subscriptions/${subscription.id}/notifications?status=${status}&per_page=1`,
        )
      ).total_count
    const until = Date.now() + PATIENCE_MS
    while ((endpoint.accepted.size < total || (await count('pending')) > 0) && Date.now() < until) await sleep(200)
    const [pending, failed] = [await count('pending'), await count('failed')]
    over.abort()
    return report({
      ...{ seed, objects: contacts, events_of_each, kills, pending, failed },
      ...{ arrivals: endpoint.arrivals, faults: endpoint.faults },
      seconds: (Date.now() - started) / 1000,
      simulated_hours: (await clock) / 3_600,
    })
  } finally {
    over.abort()
    await servers.remove()
    endpoint.close()
  }
}

/** A request that gets no answer, or a 5xx, is repeated with the same key: it is carried out once. */
function asker(urls: readonly string[], token: string): Ask {
  let turn = 0
  return async (method, path, body, key) => {
    const until = Date.now() + PATIENCE_MS
    for (;;) {
      const url = urls[turn++ % urls.length] + path
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      }
      const answer = await fetch(url, {
        ...{ method, headers, signal: AbortSignal.timeout(10_000) },
        ...(body && { body: JSON.stringify(body) }),
      }).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        () => undefined,
      )
      if (answer && answer.status < 300) return JSON.parse(answer.text)
      const is_final = answer && answer.status < 500 && answer.status !== 409
      if (is_final || Date.now() > until) throw new Error(`${method} ${path}: ${answer?.status} ${answer?.text}`)
      await sleep(50)
    }
  }
}

/** Names each contact 0, 1, 2 …, one change after the other; several contacts at once. */
async function causeEvents(
  contacts: readonly string[],
  events_of_each: number,
  cause: (id: string, n: number) => Promise<void>,
): Promise<void> {
  const client = async (_: unknown, number: number) => {
    const own = contacts.filter((_, n) => n % CLIENTS === number)
    for (let n = 0; n < events_of_each; n++) for (const id of own) await cause(id, n)
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
}

/**
 * Moves the clock of the workspace, faster while nothing arrives. Takes the endpoint down for a while. Returns how many
 * seconds have passed.
 */
async function moveClock(ask: Ask, endpoint: Endpoint, progress: () => number, over: AbortSignal): Promise<number> {
  let [passed, step, down_until, calls] = [0, STEP_SECONDS, 0, 0]
  while (!over.aborted) {
    await sleep(TICK_MS)
    const is_quiet = endpoint.arrivals.length === calls
    calls = endpoint.arrivals.length
    step = is_quiet && !endpoint.is_down ? Math.min(step * 2, LONGEST_STEP_SECONDS) : STEP_SECONDS
    const moved = await ask('POST', '/extensions/sandbox/clock', { advance_seconds: step }).catch(() => undefined)
    if (moved) passed += step
    if (!down_until && progress() >= GOES_DOWN_AT) {
      down_until = passed + DOWN_FOR_SECONDS
      endpoint.is_down = true
    } else if (passed >= down_until) endpoint.is_down = false
  }
  return passed
}
