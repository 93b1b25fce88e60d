// Says that something happened: one row in the transaction that made it happen, so that an event is there exactly
// when its cause is.
import type { Workspace } from '#workspaces/workspace.ts'
import type { Topic } from './topics.ts'

/** `object_id` is what it happened to; `details` is what the object itself does not tell. */
export async function emit(workspace: Workspace, topic: Topic, object_id: string, details: object = {}): Promise<void> {
  await workspace.sql`
    insert into events (workspace_id, topic, object_id, details, created_at)
    values (${workspace.id}, ${topic}, ${object_id}, ${JSON.stringify(details)}::text::jsonb, ${workspace.now()})`
}
