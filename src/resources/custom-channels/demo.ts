// The custom channel of a demo workspace. Its key is listed by GET /extensions/demo, and its callbacks are captured.
import { randomBytes } from 'node:crypto'
import { listWorkflows } from '#resources/workflows/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { updateChannel } from './queries.ts'
import { createChannel } from './save.ts'

/** Runs after the demo of workflows. A demo does not know the server's key, so that nobody can read its secret: set a new one. */
export async function demo(workspace: Workspace) {
  const [workflow] = await listWorkflows(workspace)
  const { channel, api_key } = await createChannel(workspace, randomBytes(32).toString('hex'), {
    name: 'Shop app',
    callback_url: null,
    workflow_id: workflow?.id ?? null,
  })
  await updateChannel(workspace, channel.id, { demo_key: api_key })
}
