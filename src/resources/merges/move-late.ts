// Moves what was written for a merged contact by statements that had begun before the merge, and do not lock the contact: a
// message, a step of a broadcast.
import { enqueue } from '#jobs/enqueue.ts'
import type { Job } from '#jobs/job.ts'
import { findSurvivor } from '#resources/contacts/merged-queries.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { moveAll } from './move.ts'

const NAME = 'merges:move-late'
/** Longer than a request may take. */
const WAIT_MS = 30_000

type Merged = { workspace_id: string; from: string }

export const enqueueLateMove = ({ sql, id: workspace_id }: Workspace, from: string) =>
  enqueue(sql, { name: NAME, payload: { workspace_id, from } satisfies Merged, run_at: new Date(Date.now() + WAIT_MS) })

export const moveLate: Job<Pick<WorkerContext, 'sql'>> = {
  name: NAME,
  async run({ sql }, payload) {
    const { workspace_id, from } = payload as Merged
    await atomically(await openWorkspace(sql, workspace_id), async (workspace) => {
      const survivor = await findSurvivor(workspace.sql, workspace_id, from)
      if (survivor?.is_merged) await moveAll(workspace, from, survivor.id)
    })
  },
}
