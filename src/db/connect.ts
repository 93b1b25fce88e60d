// Opens the connection pool.
import type postgres from 'postgres'
import driver from './driver.ts'
import type { Pool } from './sql.ts'

export type ConnectOptions = postgres.Options<Record<string, postgres.PostgresType>>

/** The driver's own backoff adds up over the pool: after one short outage requests would wait for 20 seconds. */
const RECONNECT_AFTER_SECONDS = 0.2

export function connect(options: ConnectOptions): Pool {
  return driver({
    max: 10,
    idle_timeout: 0,
    connect_timeout: 10,
    backoff: () => RECONNECT_AFTER_SECONDS,
    onnotice: () => {},
    ...options,
    connection: { application_name: 'interphone', ...options.connection },
  }) as unknown as Pool
}

/**
 * Returns a separate connection to the pool's database, for writes that must survive a rollback of the open
 * transaction. A second connection of the same pool would risk a deadlock: every request could have one and wait for
 * another. The connection opens on first use, and closes when idle.
 */
export const separateConnection = (pool: Pool): Pool =>
  driver({ ...pool.options, max: 1, idle_timeout: 30 } as unknown as ConnectOptions) as unknown as Pool
