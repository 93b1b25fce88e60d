// Writes down what an admin did, in the transaction in which it was done.
import type { Workspace } from '#workspaces/workspace.ts'
import { insertActivity, type NewActivity } from './queries.ts'
import { presentActivity } from './schema.ts'
import { activityEvents } from './topics.ts'

/** The admin is the one of the request's token. */
export async function logActivity(workspace: Workspace, activity: NewActivity): Promise<void> {
  const row = await insertActivity(workspace, activity)
  await activityEvents.emit(workspace, {
    topic: 'admin.activity_log_event.created',
    object_id: row.public_id,
    snapshot: () => ({ type: 'admin_activity_log_event', ...presentActivity(row) }),
  })
}
