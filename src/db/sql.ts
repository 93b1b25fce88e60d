// The types that queries take: the pool or a transaction of it, and pieces of SQL.
import type postgres from 'postgres'

/** The pool or an open transaction: both run queries and build fragments. */
export type Sql = postgres.ISql<Types>
export type Pool = postgres.Sql<Types>
/** A piece of SQL with its parameters, for use in a larger statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/** PostgreSQL's 64-bit integers are read as strings: they are ids, and ids are text on the wire. */
// biome-ignore lint/complexity/noBannedTypes: postgres.js wants a record of custom types, and we have none
export type Types = {}

/** Returns the first row, or undefined if there is none. */
export async function one<Row>(rows: PromiseLike<readonly Row[]>): Promise<Row | undefined> {
  return (await rows)[0]
}

/**
 * Returns a caller's id for comparison with a bigint column, or null (which equals no row) if it cannot be such an id.
 * An impossible id is then simply not found.
 */
export const rowId = (id: string): string | null => (/^\d{1,18}$/.test(id) ? id : null)
