// Asks a worker to go on with a session of Fin.
import { enqueue } from '#jobs/enqueue.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** How many sessions go on at once: what happens in one of them is done in turn. */
const QUEUES = 16

/** `run_at`: the earliest time. Default: after the commit. */
export const goOn = ({ sql, id: workspace_id }: Workspace, conversation_id: string, run_at?: Date) =>
  enqueue(sql, {
    name: 'fin:think',
    payload: { workspace_id, conversation_id },
    queue: `fin ${[...conversation_id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % QUEUES}`,
    ...(run_at && { run_at }),
  })
