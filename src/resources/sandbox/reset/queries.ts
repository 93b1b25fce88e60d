// Empties a workspace: every table with a workspace_id, except those that resources keep.
import type { Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Deleting these rows waits for a broadcast's step that is running, and prevents further steps. */
const FIRST = ['broadcasts']
/** Every change of a delivery's status adds a row here, so it is emptied after the deliveries. */
const LAST = ['broadcast_tallies']

export async function emptyWorkspace(workspace: Workspace, kept_tables: ReadonlySet<string>): Promise<void> {
  const tables = inDeletionOrder(await listTables(workspace.sql)).filter((table) => !kept_tables.has(table))
  for (const table of [...FIRST, ...tables, ...LAST]) {
    await workspace.sql`delete from ${workspace.sql(table)} where workspace_id = ${workspace.id}`
  }
}

type Table = { name: string; references: string[] }

/** Returns the tables of a workspace, each with the tables that its foreign keys reference. */
const listTables = (sql: Sql) => sql<Table[]>`
  select tables.relname as name, array(
    select referenced.relname::text from pg_constraint
    join pg_class referenced on referenced.oid = confrelid
    where conrelid = tables.oid and contype = 'f' and confrelid <> tables.oid
  ) as references
  from pg_class tables join pg_attribute on attrelid = tables.oid and attname = 'workspace_id'
  where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
  order by 1`

/** Puts each table before those that it references. */
export function inDeletionOrder(tables: readonly Table[]): string[] {
  const ordered = new Set<string>()
  const byName = new Map(tables.map((table) => [table.name, table]))
  const visit = ({ name, references }: Table) => {
    if (ordered.has(name)) return
    for (const referenced of references) {
      const table = byName.get(referenced)
      if (table) visit(table)
    }
    ordered.add(name)
  }
  for (const table of tables) visit(table)
  return [...ordered].reverse()
}
