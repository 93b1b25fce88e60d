// The one type that every query takes: the pool, or a transaction of it, with how our values travel.
import type postgres from 'postgres'

/** The pool or an open transaction: both run queries and build fragments. */
export type Sql = postgres.ISql<Types>
export type Pool = postgres.Sql<Types>
/** A piece of SQL with its parameters, to be put into a larger statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/** PostgreSQL's 64-bit integers arrive as strings: they are ids, and ids are text on the wire. */
// biome-ignore lint/complexity/noBannedTypes: postgres.js wants a record of custom types, and we have none
export type Types = {}

/** The first row of a query that yields one or none. */
export async function one<Row>(rows: PromiseLike<readonly Row[]>): Promise<Row | undefined> {
  return (await rows)[0]
}

/**
 * A caller's id as a bigint column can be asked for it, or null, which equals nothing, where it cannot be one:
 * an id that no row could have is simply not found.
 */
export const rowId = (id: string): string | null => (/^\d{1,18}$/.test(id) ? id : null)
