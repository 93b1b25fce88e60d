// Checks that audiences exist before content refers to them.
import { notFound } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/**
 * A workspace has no audiences yet, because no operation creates them: every id is unknown.
 * @throws a 404 that names the unknown ids
 */
export async function assertKnownAudiences(_workspace: Workspace, ids: readonly number[]): Promise<void> {
  if (ids.length)
    throw notFound(`audience_ids contains unknown audience IDs: ${[...new Set(ids)].join(', ')}`, 'parameter_invalid')
}
