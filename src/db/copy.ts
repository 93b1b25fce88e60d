// Reads many rows as CSV by PostgreSQL's COPY, at constant memory.

import driver from './driver.ts'
import { isPooled } from './pooler.ts'
import type { Pool } from './sql.ts'

/**
 * Returns a connection of its own for long reads: it holds up no other user of the pool, and has no time limit for
 * statements. The caller ends it, with `end({ timeout: 0 })`, which also stops a COPY whose reader has gone.
 */
export const copyConnection = (pool: Pool): Pool => {
  const { options } = pool
  const limits = isPooled(pool) ? {} : { statement_timeout: 0 }
  return driver({
    ...options,
    max: 1,
    idle_timeout: 30,
    connection: { ...options.connection, ...limits },
  } as never) as unknown as Pool
}

/**
 * Yields the rows of a SELECT as CSV without a header (RFC 4180, UTF-8, a line feed at the end of a row). COPY takes no
 * parameters, so that values must be part of the text: see `literal`.
 * @param connection that of `copyConnection`; no other statement may use it until the last row is read
 */
export async function* copyRows(connection: Pool, select: string): AsyncGenerator<Buffer> {
  yield* await connection.unsafe(`copy (${select}) to stdout (format csv)`).readable()
}

/** Returns a text as a literal of SQL. @throws for a NUL, which PostgreSQL cannot store */
export function literal(text: string): string {
  if (text.includes('\0')) throw new Error('A text with a NUL cannot be part of a statement')
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}
