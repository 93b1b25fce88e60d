// Which companies a list shows: those with a tag, in a segment, or all.
import { type Fragment, rowId } from '#db/sql.ts'
import { segmentField } from '#resources/segments/compile.ts'
import { taggedWith } from '#resources/tags/fragments.ts'
import { where } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { segmentedCompanies } from './search.ts'

export type Filter = { tag_id?: string; segment_id?: string }

/** Returns a function for the condition on a row of `companies`. */
export async function filterOf(workspace: Workspace, { tag_id, segment_id }: Filter): Promise<() => Fragment> {
  const { sql } = workspace
  const fields = segment_id === undefined ? [] : ['segment_id']
  const in_segment = await segmentField(workspace, segmentedCompanies, fields)
  const query = { field: 'segment_id', operator: '=', value: segment_id }
  const segment = () =>
    segment_id === undefined ? sql`true` : where(workspace, { fields: { segment_id: in_segment } }, query)
  return () => sql`${tagged(workspace, tag_id)} and ${segment()}`
}

function tagged(workspace: Workspace, tag_id: string | undefined): Fragment {
  const { sql } = workspace
  if (tag_id === undefined) return sql`true`
  const id = rowId(tag_id)
  return id ? sql`companies.id in (${taggedWith(workspace, 'company', id)})` : sql`false`
}
