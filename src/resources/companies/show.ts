// Shows companies with the segments that they are in.
import { segmentsOfEach } from '#resources/segments/compile.ts'
import type { SegmentRow } from '#resources/segments/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ListedCompanyRow } from './queries.ts'
import { presentCompany } from './schema.ts'
import { segmentedCompanies } from './search.ts'

/** Returns the companies in the same order, each with its segments. */
export async function withSegments<Company extends { id: string }>(
  workspace: Workspace,
  companies: readonly Company[],
): Promise<(Company & { segments: SegmentRow[] })[]> {
  if (!companies.length) return []
  const ids = companies.map(({ id }) => id)
  const segments = await segmentsOfEach(workspace, segmentedCompanies, ids)
  return companies.map((company) => ({ ...company, segments: segments.get(company.id) ?? [] }))
}

export async function showCompany(workspace: Workspace, company: ListedCompanyRow) {
  const [shown] = await withSegments(workspace, [company])
  return presentCompany(shown!)
}
