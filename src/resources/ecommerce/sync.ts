// The job that makes the products of a connector those of an upload: step by step, and on from where it was after a crash.
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type Product, parseProduct, readProduct } from './product.ts'
import { deleteOtherProducts, saveProducts } from './queries.ts'
import { addSynced, completeUpload, listStaged, lockUpload } from './upload-queries.ts'

export const SYNC = 'ecommerce:sync'

/** Rows of one step, which is a transaction. */
const STEP = 500

export const syncCatalog: Job<Pick<WorkerContext, 'sql'>> = {
  name: SYNC,
  async run({ sql }, payload) {
    const { workspace_id, upload_id } = payload as { workspace_id: string; upload_id: string }
    const workspace = await openWorkspace(sql, workspace_id)
    while (await atomically(workspace, (workspace) => step(workspace, upload_id)));
  },
}

/** Returns whether there is more to do. An upload whose connector was deleted is gone, too. */
async function step(workspace: Workspace, upload_id: string): Promise<boolean> {
  const upload = await lockUpload(workspace, upload_id)
  if (upload?.state !== 'processing') return false
  const staged = await listStaged(workspace, upload, STEP)
  const { connector_id } = upload
  const last = staged.at(-1)
  if (!last) {
    await completeUpload(workspace, upload_id, await deleteOtherProducts(workspace, connector_id, upload_id))
    return false
  }
  const read = staged.map(({ product }) => readProduct(parseProduct(product)))
  const valid = read.filter((product) => product !== undefined)
  // Of two products with one id, the later one counts.
  const products = [...new Map(valid.map((product): [string, Product] => [product.id, product])).values()]
  await saveProducts(workspace, { connector_id, upload_id }, products)
  await addSynced(workspace, upload_id, { last, synced: staged.length, skipped: staged.length - valid.length })
  return true
}
