// graphile-worker uses node-postgres, which knows one host only, and no `sslmode=prefer`: both are decided here.
import type pg from 'pg'
import type { Pool } from './sql.ts'

type Tls = pg.ClientConfig['ssl']

/**
 * Returns a node-postgres pool of the same database, on the host that accepts writes.
 * @throws the error of the last host if none does
 */
export async function nodePostgresPool({ Client, Pool }: typeof pg, sql: Pool, max: number): Promise<pg.Pool> {
  const { host, port, user, pass, database, ssl, target_session_attrs } = sql.options
  const login = { user, password: String(pass ?? ''), database }
  const ways = host.flatMap((name, index) =>
    tlsOf(ssl).map((tls) => ({ ...login, host: name, port: port[index] as number, ssl: tls })),
  )
  const only = ways.length === 1 && !target_session_attrs ? ways[0] : undefined
  const pool = new Pool({ ...(only ?? (await firstPrimary(Client, ways))), max })
  // graphile-worker reports a lost connection itself; without these listeners the error would also end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Each time another object, because node-postgres changes it. */
const tlsOf = (ssl: unknown): Tls[] => {
  if (!ssl) return [false]
  if (ssl === 'prefer') return [{ rejectUnauthorized: false }, false]
  return [{ ...(ssl as object) }]
}

async function firstPrimary(Client: typeof pg.Client, ways: readonly pg.ClientConfig[]): Promise<pg.ClientConfig> {
  let failure: unknown = new Error('no host of the database accepts writes')
  for (const way of ways) {
    const client = new Client({ ...way, ssl: copied(way.ssl), connectionTimeoutMillis: CONNECT_WITHIN_MS })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ is_standby: boolean }>('select pg_is_in_recovery() as is_standby')
      if (!rows[0]?.is_standby) return way
    } catch (error) {
      failure = error
    } finally {
      await client.end().catch(() => {})
    }
  }
  throw failure
}

const CONNECT_WITHIN_MS = 5_000

const copied = (tls: Tls): Tls => (typeof tls === 'object' ? { ...tls } : tls)
