// `--processes`: several API processes that share one port, a process for deliveries, and this one, which starts and restarts
// them and owns the embedded PostgreSQL.
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, listeningUrl } from '#config.ts'
import { endLeases } from '#delivery/lease.ts'
import type { Stopping } from '#lib/stopping.ts'
import { endLeases as endWebhookLeases } from '#resources/webhooks/send/queries.ts'
import { announce } from '../announce.ts'
import { openFirstWorkspace } from '../first-workspace.ts'
import type { Roles } from '../serve.ts'
import { openStorage } from '../storage.ts'
import { answerForAll } from './metrics.ts'

type Role = 'api' | 'worker'
type Child = { role: Role; seed?: string | undefined }

/** `environment` is that of the children, in addition to that of this process. */
type Options = Pick<Roles, 'worker' | 'is_ephemeral' | 'seed'> & {
  processes: number
  environment: Record<string, string>
}

// The children accept connections themselves. One that the parent hands to a child which is killed at this moment would hang.
cluster.schedulingPolicy = cluster.SCHED_NONE

/** A child that has run this long is started again at once when it ends. */
const STEADY_MS = 10_000
const MIN_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 5_000

/**
 * Runs until a stop is requested, then stops all processes. A process that ends is started again, with backoff.
 * @throws Error if one ends before it was ever ready; the reason of the request if it came during the start
 */
export async function runProcesses(
  config: Config,
  { processes, worker, is_ephemeral = false, seed, environment }: Options,
  stopping: Stopping,
): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const storage = await openStorage({ ...config, is_ephemeral, log, stopping, api_processes: processes })
  const failing = new AbortController()
  const stop = AbortSignal.any([stopping.requested, failing.signal])
  const ready = new Set<Worker>()
  const running: Promise<void>[] = []
  try {
    const first = await openFirstWorkspace(storage, config)
    if (storage.is_embedded) await Promise.all([endLeases(storage.sql), endWebhookLeases(storage.sql)])
    const env = { ...environment, ...(storage.url !== undefined && { DATABASE_URL: storage.url }) }
    const start = (child: Child): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      running.push(
        keepRunning(child, { env, stop, log, ready, onReady: resolve }).catch((error) => failing.abort(error)),
      )
      return Promise.race([promise, once(stop, 'abort').then(() => stop.throwIfAborted())])
    }
    // Alone, so that no other process accepts requests before the seed file is applied.
    if (!stop.aborted) await start({ role: 'api', seed })
    const others: Child[] = Array.from({ length: processes - 1 }, () => ({ role: 'api' }))
    await Promise.all([...others, ...(worker ? [{ role: 'worker' } as const] : [])].map(start))
    process.send?.({ url: listeningUrl(config) })
    await announce(storage, config, first)
    if (!stop.aborted) await once(stop, 'abort')
  } finally {
    failing.abort(new Error('Stopped'))
    await Promise.all(running)
    await storage.close()
  }
}

type Keeping = {
  env: Record<string, string>
  stop: AbortSignal
  log(line: string): void
  ready: Set<Worker>
  onReady(): void
}

async function keepRunning({ role, seed }: Child, { env, stop, log, ready, onReady }: Keeping): Promise<void> {
  let backoff_ms = MIN_BACKOFF_MS
  let was_ready = false
  while (!stop.aborted) {
    const started = performance.now()
    cluster.setupPrimary({ args: [role, ...(seed !== undefined && !was_ready ? ['--seed', seed] : [])] })
    const child = cluster.fork(env)
    answerForAll(child, () => ready)
    child.on('message', (message: object) => {
      if (!('url' in message)) return
      was_ready = true
      ready.add(child)
      onReady()
    })
    const end = () => child.process.kill('SIGTERM')
    stop.addEventListener('abort', end)
    const [code, signal] = await once(child, 'exit')
    stop.removeEventListener('abort', end)
    ready.delete(child)
    if (stop.aborted) return
    if (!was_ready) throw new Error(`A process of the server could not start (${role}).`)
    log(`A process of the server ended unexpectedly (${role}, ${signal ?? code}); starting another one.`)
    if (performance.now() - started > STEADY_MS) backoff_ms = MIN_BACKOFF_MS
    await sleep(backoff_ms, undefined, { signal: stop }).catch(() => {})
    backoff_ms = Math.min(backoff_ms * 2, MAX_BACKOFF_MS)
  }
}
