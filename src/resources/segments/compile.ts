// Compiles segments into conditions on the rows of their noun. Nothing is stored of who is in a segment.
import type { Fragment } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import { fieldsOf, filtersOf, type Query } from '#search/query.ts'
import type { Rows, Source } from '#search/sources.ts'
import { shown } from '#search/values.ts'
import { type Compiled, compile, type Field, type Searchable } from '#search/where.ts'
import { findWorkspace } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { builtInSegments } from './built-in.ts'
import { isRelative, MAX_FILTERS, missingParts, segmentsIn, sizesOf, withDates } from './definition.ts'
import { listDefined, listMet, type PersonType, type SegmentRow } from './queries.ts'

/** A noun that has segments. It declares this, because this folder imports none of them. */
export type SegmentedNoun = {
  /** The kinds of its segments, each with the condition that it adds to the query; null for none. */
  person_types: Partial<Record<PersonType, Query | null>>
  /** Returns the noun's search fields; the workspace's own attributes only if `fields` names one. */
  searchable(workspace: Workspace, fields: readonly string[], in_segment: Field): Promise<Searchable>
  /** Returns `from … where …`: the rows that can be in a segment, under the names that its search fields use. */
  rows(workspace: Workspace): Fragment
}

export type CompiledSegments = {
  /** The built-in ones, then those of the workspace, oldest first. */
  segments: SegmentRow[]
  /** Returns what the query of a segment names that does not exist: `['tag_id 12']`. */
  missingIn(segment: SegmentRow): string[]
  /** Returns the condition on a row of the noun; false if something is missing. Never return it from an async function. */
  conditionOf(segment: SegmentRow): Fragment
  /** @throws the 400s of a search. */
  check(segment: SegmentRow): void
  /** The field `segment_id` of a query. Ids of other segments match nothing. */
  in_segment: Field & { kind: 'set' }
}

export const typesOf = ({ person_types }: SegmentedNoun) => Object.keys(person_types) as PersonType[]

export async function listSegments(workspace: Workspace, noun: SegmentedNoun): Promise<SegmentRow[]> {
  const types = typesOf(noun)
  const [itself, defined] = await Promise.all([
    findWorkspace(workspace.sql, workspace.id),
    listDefined(workspace, types),
  ])
  const built_in = itself ? builtInSegments(itself) : []
  return [...built_in.filter(({ person_type }) => types.includes(person_type)), ...defined]
}

export const loadSegments = async (workspace: Workspace, noun: SegmentedNoun): Promise<CompiledSegments> =>
  compileSegments(workspace, noun, await listSegments(workspace, noun))

/** Returns the segments of each of the objects, by id, in one statement; nothing for an id that the noun does not have. */
export async function segmentsOfEach(
  workspace: Workspace,
  noun: SegmentedNoun,
  ids: string[],
): Promise<Map<string, SegmentRow[]>> {
  const { segments, conditionOf } = await loadSegments(workspace, noun)
  if (!segments.length) return new Map()
  const rows = await listMet(workspace, noun.rows(workspace), ids, segments.map(conditionOf))
  return new Map(rows.map(({ id, met }) => [id, segments.filter((_, n) => met[n])]))
}

export async function compileSegments(
  workspace: Workspace,
  noun: SegmentedNoun,
  segments: SegmentRow[],
): Promise<CompiledSegments> {
  const { sql } = workspace
  const byId = new Map(segments.map((segment) => [segment.id, segment]))
  const in_segment: CompiledSegments['in_segment'] = {
    kind: 'set',
    // Every contact is in All users or in All leads.
    has: (_, ids) => (ids ? anyOf(ids.flatMap((id) => byId.get(id) ?? [])) : sql`true`),
    dependsOn: (ids) => queriesOf(ids, byId),
    source: (_, ids, rows) =>
      sourceOf(
        ids.flatMap((id) => byId.get(id) ?? []),
        rows,
      ),
  }
  const fields = segments.flatMap(({ query }) => (query ? fieldsOf(query) : []))
  const searchable = await noun.searchable(workspace, fields, in_segment)
  const hasField = (name: string) => Object.hasOwn(searchable.fields, name)
  const isDate = (name: string) => hasField(name) && searchable.fields[name]!.kind === 'date'

  const missing = missingParts(segments, hasField)

  function compiled({ person_type, version, query }: SegmentRow, rows?: Rows): Compiled {
    const members = [noun.person_types[person_type], query].filter((part) => part !== null && part !== undefined)
    if (!members.length) return { condition: sql`true` }
    const dated = members.map((part) => withDates(part, workspace.now(), isDate))
    return compile({ ...workspace, version }, searchable, { operator: 'AND', members: dated }, rows)
  }

  const missingIn = ({ id }: SegmentRow) => missing.get(id) ?? []

  const conditionOf = (segment: SegmentRow) => (missingIn(segment).length ? sql`false` : compiled(segment).condition)

  function anyOf(some: SegmentRow[]): Fragment {
    const conditions = [...new Set(some)].map(conditionOf)
    return conditions.length ? sql`(${conditions.reduce((left, right) => sql`${left} or ${right}`)})` : sql`false`
  }

  /** Returns where the members of the segments are found; undefined if no index finds those of one of them. */
  function sourceOf(some: SegmentRow[], rows: Rows): Source | undefined {
    const sources = some.flatMap((segment) => compiled(segment, rows).source ?? [])
    if (!sources.length || sources.length < some.length) return undefined
    return { some: sources, exact: sources.every(({ exact }) => exact) }
  }

  return { segments, missingIn, conditionOf, check: (segment) => void compiled(segment), in_segment }
}

/** A search names a segment that cannot be evaluated, such as one that misses something. */
export class UnusableSegment extends ApiError {
  constructor(message: string) {
    super(400, 'invalid_values', message)
  }
}

/**
 * Returns the field `segment_id` for a search that names `fields`. Segments are loaded only if it is one of them. A segment
 * that misses something is refused with a 400: it has no members, and `segment_id != …` would find everyone. With
 * `refuses_unknown` so is a segment that does not exist.
 */
export async function segmentField(
  workspace: Workspace,
  noun: SegmentedNoun,
  fields: readonly string[],
  { refuses_unknown = false } = {},
): Promise<Field> {
  if (!fields.includes('segment_id')) return { kind: 'set', has: ({ sql }) => sql`false` }
  const compiled = await loadSegments(workspace, noun)
  const { in_segment, segments } = compiled
  const sizes = sizesOf(segments)
  let filters = 0
  return {
    ...in_segment,
    has(at, ids) {
      for (const id of ids ?? []) {
        assertWhole(compiled, id, refuses_unknown)
        filters += sizes.get(id)?.filters ?? 0
      }
      if (filters > MAX_FILTERS)
        throw new UnusableSegment(`The segments of the query have more than ${MAX_FILTERS} filters together`)
      return in_segment.has(at, ids)
    },
  }
}

function assertWhole({ segments, missingIn }: CompiledSegments, id: string, refuses_unknown: boolean) {
  const byId = new Map(segments.map((segment) => [segment.id, segment]))
  const segment = byId.get(id)
  if (!segment && refuses_unknown) throw new UnusableSegment(`Segment ${shown(id)} does not exist`)
  if (!segment || !missingIn(segment).length) return
  const lacks = missingIn(segment).map((part) => {
    const inner = byId.get(part.replace(/^segment_id /, ''))
    const why = inner ? missingIn(inner).join(', ') : ''
    return why ? `${part} (which names ${why})` : part
  })
  const message = `Segment ${id} (${shown(segment.name)}) names what does not exist: ${lacks.join(', ')}`
  throw new UnusableSegment(message)
}

/**
 * Returns the queries of the segments and of those that they name, each with its person type and its version; null if one
 * compares with a time that passes.
 */
function queriesOf(ids: readonly string[], byId: ReadonlyMap<string, SegmentRow>): Query[] | null {
  const queries: Query[] = []
  for (const id of ids) {
    const segment = byId.get(id)
    if (!segment) continue
    const { person_type, version, query } = segment
    if (query && filtersOf(query).some(({ value }) => isRelative(value))) return null
    const inner = query ? queriesOf(segmentsIn(query), byId) : []
    if (!inner) return null
    const kind = { field: 'segment', operator: version, value: person_type }
    queries.push({ operator: 'AND', members: [kind, ...(query ? [query] : []), ...inner] })
  }
  return queries
}
