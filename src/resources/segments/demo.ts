// The segments of a demo workspace, beside the built-in ones.
import { objectId } from '#lib/ids.ts'
import type { Filter } from '#search/query.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertSegment, type PersonType } from './queries.ts'

const SEGMENTS: [name: string, person_type: PersonType, query: Filter][] = [
  ['Unsubscribed', 'user', { field: 'unsubscribed_from_emails', operator: '=', value: true }],
  ['Leads of this week', 'contact', { field: 'created_at', operator: '>', value: { days_ago: 7 } }],
]

export async function demo(workspace: Workspace) {
  const { version } = workspace
  for (const [name, person_type, query] of SEGMENTS)
    await insertSegment(workspace, { id: objectId(workspace.now()), name, person_type, version, query, tag_ids: [] })
}
