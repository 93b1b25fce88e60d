// Keeps what PostgreSQL believes of its tables near to what they are. Its own autovacuum looks once a minute: until then it
// thinks that a table which has just been filled is empty, and a plan for an empty table reads all of it for every row.
import type { Pool } from './sql.ts'

/** So many changes leave a small table's plans as good as they are. */
const FEW = 500
/** A table that has had so many changes for each row that it was thought to have is another one. */
const TIMES = 4

/** Analyzes tables that have grown out of their statistics; plans that were made by these are made anew. Their names. */
export async function analyzeGrown(sql: Pool): Promise<string[]> {
  const grown = await sql<{ name: string }[]>`
    select pg_class.relname as name from pg_stat_user_tables join pg_class on pg_class.oid = relid and relkind = 'r'
    where pg_stat_user_tables.schemaname = current_schema()
      and n_mod_since_analyze > ${FEW} + ${TIMES} * greatest(reltuples, 0)`
  for (const { name } of grown) await sql`analyze (skip_locked) ${sql(name)}`
  return grown.map(({ name }) => name)
}
