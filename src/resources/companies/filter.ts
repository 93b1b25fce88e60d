// Which companies a list shows: those with a tag, in a segment, or all.
import { segmentField } from '#resources/segments/compile.ts'
import { ALL, type Wanted } from '#search/find.ts'
import type { Query } from '#search/query.ts'
import { compile } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { segmentedCompanies, tagged } from './search.ts'

export type Filter = { tag_id?: string; segment_id?: string }

/** An unknown tag or segment has no companies. */
export async function filterOf(workspace: Workspace, { tag_id, segment_id }: Filter): Promise<Wanted> {
  const members: Query[] = Object.entries({ tag_id, segment_id }).flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, operator: '=', value }],
  )
  if (!members.length) return ALL
  const named = segment_id === undefined ? [] : ['segment_id']
  const fields = { tag_id: tagged, segment_id: await segmentField(workspace, segmentedCompanies, named) }
  const query: Query = { operator: 'AND', members }
  return {
    name: JSON.stringify(query),
    description: Object.keys(fields).join(', '),
    is_stable: segment_id === undefined,
    compile: (rows) => compile(workspace, { fields }, query, rows),
  }
}
