// Reads events, for assertions.
import type { Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { eventually } from './factories.ts'

/** Returns the topics of an object's events, in order. */
export async function topicsOf({ sql, id }: Workspace, object_id: string): Promise<string[]> {
  const events = await sql<{ topic: string }[]>`
    select topic from events where workspace_id = ${id} and object_id = ${object_id} order by id`
  return events.map(({ topic }) => topic)
}

/** Waits until readers see all events that are committed: transactions of other tests on the same server delay them, too. */
export const allReadable = (sql: Sql) =>
  eventually(
    () => sql`select from events where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())`,
    ({ count }) => count === 0,
  )
