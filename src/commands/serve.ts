// Runs a server: the API, the delivery worker, or both. With a database of its own it listens at once, and starts the database
// while the rest of its code loads.
import cluster from 'node:cluster'
import { allowedPrivateAddresses, type Config, hasShortToken, listeningUrl } from '#config.ts'
import { traceStatements } from '#db/trace-statements.ts'
import { workerSignal } from '#delivery/signals.ts'
import { openFiles } from '#files/files.ts'
import { listen } from '#http/listen.ts'
import { listenTls } from '#http/listen-tls.ts'
import type { Stopping } from '#lib/stopping.ts'
import { print } from '#lib/terminal.ts'
import { egressPolicy } from '#net/egress.ts'
import { saveEnvironmentAccounts } from '#resources/channel-accounts/environment.ts'
import { activeTracer } from '#tracing/trace.ts'
import { webAssets } from '#web/assets.ts'
import { rememberKey } from '#workspaces/queries.ts'
import { announce } from './announce.ts'
import { environmentAccounts } from './environment-accounts.ts'
import { fileStorage } from './file-storage.ts'
import { openFirstWorkspace } from './first-workspace.ts'
import { tlsOf } from './hosts.ts'
import { load } from './load.ts'
import { shareMetrics } from './processes/metrics.ts'
import { receiveMails } from './receive-mail.ts'
import { fingerprintOf, secretKey } from './secrets.ts'
import { openStorage } from './storage.ts'
import { startTracing } from './tracing.ts'

/** `seed` is the path of a file that is applied to the first workspace before the server accepts requests. */
export type Roles = { api: boolean; worker: boolean; is_ephemeral?: boolean; seed?: string | undefined }

type Stop = () => Promise<unknown>

/** Longer than a request may take, so that what nobody waits for ends; jobs may take longer. */
const API_STATEMENT_MS = 60_000
const WORKER_STATEMENT_MS = 600_000

/**
 * Runs a server until a stop is requested, then stops it. When this resolves, current work has finished and nothing
 * runs.
 * @throws the reason of the request if it came during the start; Error with one sentence if the server cannot start.
 */
export async function serve(
  config: Config,
  { api, worker, is_ephemeral = false, seed }: Roles,
  stopping: Stopping,
): Promise<void> {
  const { requested } = stopping
  let log = (line: string): void => void process.stderr.write(`${line}\n`)
  const stopTracing = await startTracing(config, (line) => log(line))
  const listener = api ? await listen(config.host, config.port, { is_early: !config.database_url }) : undefined
  const statement_limit_ms = worker ? WORKER_STATEMENT_MS : API_STATEMENT_MS
  const opening = openStorage({ ...config, is_ephemeral, statement_limit_ms, log: (line) => log(line), stopping })
  const stops: Stop[] = listener ? [listener.close] : []
  try {
    const [storage, { buildApp, deliver, watch }] = await Promise.all([opening, load(requested)])
    const { sql } = storage
    if (activeTracer()) traceStatements(sql, activeTracer)
    const first = await openFirstWorkspace(storage, config)
    requested.throwIfAborted()
    const secret = secretKey(config)
    if (worker) {
      const accounts = environmentAccounts(config)
      const given = { accounts, secret, is_secret_set: !!config.secret_key }
      for (const loser of await saveEnvironmentAccounts(sql, first.id, given))
        log(`Workspace ${loser} had claimed the domain of EMAIL_REPLY_DOMAIN: the first workspace has it now.`)
    }
    const { public_url, default_version, attachment_link_days, fetch_attachments } = config
    const { rate_limit_per_minute, session_rate_limit_per_minute, trusted_proxies } = config
    const files = openFiles({ sql, storage: await fileStorage(config), largest: config.attachment_max_mb * 2 ** 20 })
    stops.push(files.close)
    const metrics = cluster.isWorker ? shareMetrics(api ? 'api' : 'worker') : undefined
    const app = buildApp({
      ...{ public_url, default_version, secret, listener },
      ...{ rate_limit_per_minute, session_rate_limit_per_minute, trusted_proxies },
      shares_rate_limits: config.rate_limit_shared,
      ...{ files, attachment_link_days, fetch_attachments },
      egress: egressPolicy({ allowed: allowedPrivateAddresses(config).channels }),
      stores_requests: config.request_log === 'on',
      ...{
        sql,
        replica: storage.replica,
        logs_requests: config.log_requests,
        has_metrics: config.metrics_port === undefined,
        metrics,
      },
      logger: { level: config.log_level, stream: process.stderr },
    })
    stops.push(() => app.close())
    log = (line) => app.log.warn(line)
    const fingerprint = fingerprintOf(secret)
    const stored = await rememberKey(sql, fingerprint)
    if (stored !== fingerprint)
      log(
        `The key of this server (${fingerprint}) is not the one that the credentials in the database were encrypted with (${stored}): ` +
          'channel accounts cannot be opened, and links in old messages are invalid. Set INTERPHONE_SECRET_KEY to that one.',
      )
    if (hasShortToken(config)) log('INTERPHONE_TOKEN is short enough to be guessed: use 20 characters or more.')
    stops.push(await watch({ sql, files, config, metrics, isStopping: () => requested.aborted }))
    requested.throwIfAborted()
    if (worker) stops.push(await deliver({ storage, config, secret, files, log: app.log }))
    else workerSignal.forward(sql)
    if (api) stops.push(await receiveMails({ sql, config, secret, files, log: app.log }))
    await app.ready()
    if (seed !== undefined) {
      const { readSeed, reportOf, seedWorkspace } = await import('./seed.ts')
      print(...reportOf(await seedWorkspace({ sql, config, files }, first.id, readSeed(seed))))
    }
    requested.throwIfAborted()
    await listener?.open()
    const tls = listener && tlsOf(config)
    if (tls) stops.push(await listenTls({ ...tls, host: config.host, port: config.tls_port, accept: listener.accept }))
    process.send?.({ url: listeningUrl(config) })
    if (api && cluster.isPrimary) await announce(storage, config, first)
    else if (cluster.isPrimary) print(`Delivering from ${storage.location}. Ctrl-C stops it.`)
    // Last, so that the first answers do not wait for it. A page that cannot be built says why when it is opened.
    if (api) webAssets().catch(() => {})
    await aborted(requested)
  } finally {
    await Promise.allSettled(stops.map((stop) => stop()))
    await opening.then((storage) => storage.close()).catch(() => {})
    await stopTracing?.()
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())))
