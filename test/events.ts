// Reads events, for assertions.
import type { Workspace } from '#workspaces/workspace.ts'

/** Returns the topics of an object's events, in order. */
export async function topicsOf({ sql, id }: Workspace, object_id: string): Promise<string[]> {
  const events = await sql<{ topic: string }[]>`
    select topic from events where workspace_id = ${id} and object_id = ${object_id} order by id`
  return events.map(({ topic }) => topic)
}
