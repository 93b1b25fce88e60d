// Updates PostgreSQL's statistics of tables that grow fast. Autovacuum runs once a minute: until then the planner
// assumes that a table which was just filled is empty, and a plan for an empty table reads all of it for every row.
import type { Pool } from './sql.ts'

/** Fewer changes than this do not make the plans of a small table worse. */
const MIN_CHANGES = 500
/** A table is analyzed after this many changes for each row of its last statistics. */
const GROWTH_FACTOR = 4

/** ANALYZEs tables that grew much since their last statistics, which also renews cached plans. Returns their names. */
export async function analyzeGrown(sql: Pool): Promise<string[]> {
  const grown = await sql<{ name: string }[]>`
    select pg_class.relname as name from pg_stat_user_tables join pg_class on pg_class.oid = relid and relkind = 'r'
    where pg_stat_user_tables.schemaname = current_schema()
      and n_mod_since_analyze > ${MIN_CHANGES} + ${GROWTH_FACTOR} * greatest(reltuples, 0)`
  for (const { name } of grown) await sql`analyze (skip_locked) ${sql(name)}`
  return grown.map(({ name }) => name)
}
