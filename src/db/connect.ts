// Opens the pool. All of our columns' types travel the same way through it.
import type postgres from 'postgres'
import driver from './driver.ts'
import type { Pool } from './sql.ts'

export type ConnectOptions = postgres.Options<Record<string, postgres.PostgresType>> & { url?: string }

/** The driver's own waits add up over the whole pool: after one short outage requests would hang for 20 seconds. */
const RECONNECT_AFTER_SECONDS = 0.2

export function connect({ url, ...options }: ConnectOptions): Pool {
  const settings = {
    max: 10,
    idle_timeout: 0,
    connect_timeout: 10,
    backoff: () => RECONNECT_AFTER_SECONDS,
    onnotice: () => {},
    ...options,
  }
  return (url ? driver(url, settings) : driver(settings)) as unknown as Pool
}

/**
 * A connection of its own to the pool's database, for what must be written down whatever becomes of the transaction that
 * is open: to wait for a second connection of the pool while holding one would stop them all. Opened when it is first
 * needed, and closed while it is not.
 */
export const beside = (pool: Pool): Pool =>
  driver({ ...pool.options, max: 1, idle_timeout: 30 } as unknown as ConnectOptions) as unknown as Pool

/** The pool's database as a URL that node-postgres takes. A host that is a path is the directory of a unix socket. */
export function connectionString({ options }: Pool): string {
  const { host, port, user, pass, database, ssl } = options
  const url = new URL(`postgres://localhost:${port[0]}/${encodeURIComponent(database)}`)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(String(pass ?? ''))
  url.searchParams.set('host', String(host[0]))
  if (ssl) url.searchParams.set('sslmode', ssl === 'verify-full' ? 'verify-full' : 'no-verify')
  return url.href
}
