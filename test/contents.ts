// All data of a workspace, to compare before and after.
import type { Workspace } from '#workspaces/workspace.ts'

/** Returns every row of a workspace, by table. Equal before and after if nothing has changed. */
export async function contentsOf({ sql, id }: Workspace): Promise<Record<string, unknown[]>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and column_name = 'workspace_id' and table_type <> 'VIEW' order by 1`
  const contents: Record<string, unknown[]> = {}
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`
      select t::text as row from ${sql(name)} t where workspace_id = ${id} order by 1`
    contents[name] = rows.map(({ row }) => row)
  }
  return contents
}
