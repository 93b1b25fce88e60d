// The job of a bulk action on content. It goes over its items again after a kill: those that are done stay as they are.
import { enqueue } from '#jobs/enqueue.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { carryOut } from './carry-out.ts'
import type { BulkAction, Item } from './read-bulk.ts'

const NAME = 'content:bulk'

type Payload = { workspace_id: string; admin_id: string; action: BulkAction; items: Item[] }

/** The bulk actions of a workspace are carried out one after the other. */
export const enqueueBulk = ({ sql, id, admin_id }: Workspace, action: BulkAction, items: Item[]) =>
  enqueue(sql, {
    name: NAME,
    payload: { workspace_id: id, admin_id, action, items } satisfies Payload,
    queue: `bulk ${id}`,
  })

export const bulkJob: Job<WorkerContext> = {
  name: NAME,
  async run({ sql, public_url }, payload) {
    const { workspace_id, admin_id, action, items } = payload as Payload
    const workspace = { ...(await openWorkspace(sql, workspace_id)), admin_id }
    for (const item of items) await carryOut(workspace, action, item, { public_url })
  },
}
