// Checks that the audiences which content names exist.
import { notFound } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { holdAudiences } from './queries.ts'

/** Keeps the audiences until the transaction ends. @throws a 404 that names all unknown ones. */
export async function assertKnownAudiences(workspace: Workspace, ids: readonly number[]): Promise<void> {
  const asked = [...new Set(ids)]
  if (!asked.length) return
  const known = new Set((await holdAudiences(workspace, asked)).map(({ id }) => Number(id)))
  const unknown = asked.filter((id) => !known.has(id))
  if (unknown.length)
    throw notFound(`audience_ids contains unknown audience IDs: ${unknown.join(', ')}`, 'parameter_invalid')
}
