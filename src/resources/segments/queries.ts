// The SQL of segments that a workspace defined.
import { type Fragment, one } from '#db/sql.ts'
import { missingTagIds } from '#resources/tags/fragments.ts'
import type { Query } from '#search/query.ts'
import type { Version } from '#versions/versions.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const PERSON_TYPES = ['user', 'contact', 'company'] as const

/** Whose segment it is: of users, of leads (`contact`, the word of the API), or of companies. */
export type PersonType = (typeof PERSON_TYPES)[number]

export type SegmentRow = {
  id: string
  name: string
  person_type: PersonType
  /** The API version of the query. */
  version: Version
  /** Null for all of the person type. */
  query: Query | null
  /** Tags that the query names and that do not exist. */
  missing_tag_ids: string[]
  is_built_in: boolean
  created_at: Date
  updated_at: Date
}

const columns = (workspace: Workspace) => {
  const { sql } = workspace
  return sql`id, name, person_type, version, query, created_at, updated_at, false as is_built_in,
    ${missingTagIds(workspace, sql`segments.tag_ids`)} as missing_tag_ids`
}

/** Returns those that the workspace defined, oldest first. */
export const listDefined = (workspace: Workspace, person_types: readonly PersonType[]) => workspace.sql<SegmentRow[]>`
  select ${columns(workspace)} from segments
  where workspace_id = ${workspace.id} and person_type = any(${person_types as PersonType[]}::text[])
  order by created_at, id`

/** Locks the segments of the workspace until the transaction ends: what one names depends on the others. */
export const lockSegments = ({ sql, id }: Workspace) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`segments ${id}`}, 0))`

type Definition = { query: Query; version: Version; tag_ids: string[] }

export type NewSegment = Pick<SegmentRow, 'id' | 'name' | 'person_type'> & Definition

export const insertSegment = (workspace: Workspace, segment: NewSegment) => {
  const now = workspace.now()
  return one(workspace.sql<SegmentRow[]>`
    insert into segments (workspace_id, id, name, person_type, version, query, tag_ids, created_at, updated_at)
    values (${workspace.id}, ${segment.id}, ${segment.name}, ${segment.person_type}, ${segment.version},
      ${JSON.stringify(segment.query)}::text::jsonb, ${segment.tag_ids}::bigint[], ${now}, ${now})
    returning ${columns(workspace)}`) as Promise<SegmentRow>
}

export const updateSegment = (workspace: Workspace, segment: NewSegment) =>
  one(workspace.sql<SegmentRow[]>`
    update segments set name = ${segment.name}, version = ${segment.version},
      query = ${JSON.stringify(segment.query)}::text::jsonb, tag_ids = ${segment.tag_ids}::bigint[],
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${segment.id} returning ${columns(workspace)}`) as Promise<SegmentRow>

export const deleteSegment = (workspace: Workspace, id: string) => workspace.sql`
  delete from segments where workspace_id = ${workspace.id} and id = ${id}`

/** Returns those of the tags that do not exist. */
export const findMissingTags = async (workspace: Workspace, tag_ids: string[]): Promise<string[]> => {
  const { sql } = workspace
  const [{ missing }] = await sql<[{ missing: string[] }]>`
    select ${missingTagIds(workspace, sql`${tag_ids}::bigint[]`)} as missing`
  return missing
}

/** Returns the names of the segments that name a tag, oldest first. */
export const listSegmentsNaming = async (workspace: Workspace, tag_id: string): Promise<string[]> => {
  const rows = await workspace.sql<{ name: string }[]>`
    select name from segments
    where workspace_id = ${workspace.id} and tag_ids @> array[${tag_id}::bigint] order by created_at, id`
  return rows.map(({ name }) => name)
}

/** Begins with null, because there may be no expressions. */
const listed = ({ sql }: Workspace, expressions: Fragment[]): Fragment =>
  expressions.reduce((list, expression) => sql`${list}, ${expression}`, sql`null`)

/** `rows` is `from … where …` of a noun; the conditions are on its rows. Returns which of them each of the rows meets. */
export const listMet = async (workspace: Workspace, rows: Fragment, ids: string[], conditions: Fragment[]) => {
  const { sql } = workspace
  const met = listed(
    workspace,
    conditions.map((condition) => sql`(${condition}) is true`),
  )
  const found = await sql<{ id: string; met: (boolean | null)[] }[]>`
    select id, array[${met}]::boolean[] as met ${rows} and id = any(${ids}::text[])`
  return found.map(({ id, met }) => ({ id, met: met.slice(1) }))
}

/** Returns for each condition how many of the rows meet it. */
export const countMet = async (workspace: Workspace, rows: Fragment, conditions: Fragment[]): Promise<number[]> => {
  const { sql } = workspace
  const counts = listed(
    workspace,
    conditions.map((condition) => sql`count(*) filter (where ${condition})::integer`),
  )
  const [{ counted }] = await sql<[{ counted: (number | null)[] }]>`
    select array[${counts}]::integer[] as counted ${rows}`
  return counted.slice(1).map(Number)
}

/** Cancels each statement of the open transaction that takes longer. */
export const limitStatements = ({ sql }: Workspace, limit_ms: number) => sql`
  select set_config('statement_timeout', ${String(limit_ms)}, true)`
