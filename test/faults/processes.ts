// The processes of the fault test of webhooks, and their deaths: one server with its PostgreSQL, or two API processes and two
// workers on one PostgreSQL.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Embedded, startEmbedded } from '#db/embedded.ts'
import { type ServerProcess, serverProcess } from '../server-process.ts'

type Killed = Record<string, number>

export type Processes = {
  urls: readonly string[]
  token: string
  /** Kills the victims, spread over the run. Returns how often each was killed. */
  kill(progress: () => number, over: AbortSignal): Promise<Killed>
  remove(): Promise<void>
}

type Victim = { name: string; kill(): Promise<unknown>; revived(): Promise<unknown> }

const COMMON = { RATE_LIMIT_PER_MINUTE: '10000000', INTERPHONE_SECRET_KEY: 'one secret for all of the processes here' }
/** A victim is killed this long after it answers at the latest, also if there is no progress. */
const LONGEST_PAUSE_MS = 10_000

/** The server is killed ten times, its PostgreSQL five times. */
export async function oneServer(random: () => number): Promise<Processes> {
  const server = await serverProcess({ environment: COMMON })
  const revival = setInterval(server.start, 100)
  await server.ready()
  const process: Victim = { name: 'server', kill: server.kill, revived: () => server.ready() }
  const postgres: Victim = {
    name: 'PostgreSQL',
    async kill() {
      while (!server.killPostgres()) await sleep(20)
    },
    revived: () => server.ready(),
  }
  return {
    ...{ urls: [server.url], token: server.token },
    kill: killAll([...Array(10).fill(process), ...Array(5).fill(postgres)], random),
    async remove() {
      clearInterval(revival)
      await server.remove()
    },
  }
}

/** Each of the four is killed three times. */
export async function severalProcesses(random: () => number): Promise<Processes> {
  const directory = await mkdtemp(join(tmpdir(), 'interphone-processes-'))
  const database = await startEmbedded({ directory })
  const environment = { ...COMMON, DATABASE_URL: addressOf(database) }
  const first = await serverProcess({ environment, command: 'api' })
  first.start()
  await first.ready()
  const more = (command: 'api' | 'worker') => serverProcess({ environment, command, token: first.token })
  const [api, ...workers] = [await more('api'), await more('worker'), await more('worker')]
  const all = [first, api, ...workers]
  const revival = setInterval(() => {
    for (const one of all) one.start()
  }, 100)
  await api.ready()
  const victims = [
    ...[first, api].map((one, n) => victim(`API ${n + 1}`, one, () => one.ready())),
    ...workers.map((one, n) => victim(`worker ${n + 1}`, one, () => sleep(500))),
  ]
  return {
    ...{ urls: [first.url, api.url], token: first.token },
    kill: killAll([...victims, ...victims, ...victims], random),
    async remove() {
      clearInterval(revival)
      for (const one of all) await one.remove()
      await database.stop()
      await rm(directory, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}

const victim = (name: string, { kill }: ServerProcess, revived: Victim['revived']): Victim => ({ name, kill, revived })

export function addressOf({ options }: Embedded): string {
  const { host, port, user, password, database } = options
  return `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
}

/** In random order, each after as much of the work as the one before. */
const killAll =
  (victims: readonly Victim[], random: () => number): Processes['kill'] =>
  async (progress, over) => {
    const killed: Killed = {}
    const order = victims.map((one) => ({ one, place: random() })).sort((a, b) => a.place - b.place)
    for (const [n, { one }] of order.entries()) {
      const until = Date.now() + LONGEST_PAUSE_MS
      while (progress() < (n + 1) / (victims.length + 2) && Date.now() < until && !over.aborted) await sleep(20)
      if (over.aborted) return killed
      await one.kill()
      killed[one.name] = (killed[one.name] ?? 0) + 1
      await one.revived()
    }
    return killed
  }
