// Which audiences the contents of an article were put in, and which they were taken out of.
import { emitMemberships } from '#resources/audiences/emit-memberships.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ContentRow } from './queries.ts'

/** Compares the contents of each locale before a change with those after it. */
export async function emitAudiencesOf(
  workspace: Workspace,
  before: readonly ContentRow[],
  after: readonly ContentRow[],
): Promise<void> {
  const audiencesOf = (contents: readonly ContentRow[], id: string) =>
    contents.find((content) => content.id === id)?.audience_ids ?? []
  for (const id of new Set([...before, ...after].map((content) => content.id)))
    await emitMemberships(workspace, { type: 'article_content', id }, audiencesOf(before, id), audiencesOf(after, id))
}
