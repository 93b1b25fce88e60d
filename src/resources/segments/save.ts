// Creates, changes and deletes the segments that a workspace defines.
import { conflict, invalid, notFound } from '#http/errors.ts'
import { objectId } from '#lib/ids.ts'
import { type Query, readQuery } from '#search/query.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { compileSegments, listSegments, loadSegments, type SegmentedNoun, typesOf } from './compile.ts'
import { MAX_FILTERS, sizesOf, tagsIn } from './definition.ts'
import {
  deleteSegment,
  findMissingTags,
  insertSegment,
  lockSegments,
  type PersonType,
  type SegmentRow,
  updateSegment,
} from './queries.ts'
import type { NewSegmentRequest, SegmentRequest } from './schema.ts'

/** A contact's segments are evaluated in one statement, and all are listed at once. */
const MAX_SEGMENTS = 100
/** Of segments that name segments. */
const MAX_LEVELS = 3
/** Characters of JSON in a query: lists return it. */
const MAX_JSON_LENGTH = 50_000

export async function createSegment(
  workspace: Workspace,
  request: NewSegmentRequest,
  nouns: readonly SegmentedNoun[],
): Promise<SegmentRow> {
  const { name, person_type = 'user' } = request
  const noun = nounOf(nouns, person_type)
  const query = readDefinition(request.query)
  await lockSegments(workspace)
  const segments = await listSegments(workspace, noun)
  const defined = segments.filter(({ is_built_in }) => !is_built_in)
  if (defined.length >= MAX_SEGMENTS) throw conflict(`There are ${MAX_SEGMENTS} segments already: delete one first`)
  const now = workspace.now()
  const segment = {
    ...{ id: objectId(now), name, person_type, query, version: workspace.version },
    ...{ is_built_in: false, created_at: now, updated_at: now },
  }
  await checkDefinition(workspace, noun, segments, segment)
  return insertSegment(workspace, { ...segment, tag_ids: tagsIn(query) })
}

/** What the request leaves out stays: the query also keeps the version in which it was written. */
export async function changeSegment(
  workspace: Workspace,
  id: string,
  request: SegmentRequest,
  nouns: readonly SegmentedNoun[],
): Promise<{ segment: SegmentRow; missing: string[] }> {
  await lockSegments(workspace)
  const { segment: before, noun, segments } = await theDefined(workspace, id, nouns)
  const written =
    request.query === undefined ? before : { query: readDefinition(request.query), version: workspace.version }
  const { query, version } = written
  const after = { ...before, name: request.name ?? before.name, query, version }
  if (request.query !== undefined) await checkDefinition(workspace, noun, segments, after)
  const segment = await updateSegment(workspace, { ...after, tag_ids: tagsIn(query) })
  return { segment, missing: (await loadSegments(workspace, noun)).missingIn(segment) }
}

/** Segments that name it have no members from then on. */
export async function removeSegment(workspace: Workspace, id: string, nouns: readonly SegmentedNoun[]): Promise<void> {
  await lockSegments(workspace)
  const { segment } = await theDefined(workspace, id, nouns)
  await deleteSegment(workspace, segment.id)
}

function nounOf(nouns: readonly SegmentedNoun[], person_type: PersonType): SegmentedNoun {
  const noun = nouns.find((noun) => person_type in noun.person_types)
  if (!noun) throw invalid(`person_type must be one of ${nouns.flatMap(typesOf).join(', ')}`)
  return noun
}

async function theDefined(workspace: Workspace, id: string, nouns: readonly SegmentedNoun[]) {
  for (const noun of nouns) {
    const segments = await listSegments(workspace, noun)
    const segment = segments.find((segment) => segment.id === id)
    if (segment?.is_built_in) throw conflict('A built-in segment cannot be changed or deleted')
    if (segment) return { segment: { ...segment, query: segment.query! }, noun, segments }
  }
  throw notFound()
}

function readDefinition(query: unknown): Query {
  if (JSON.stringify(query ?? null).length > MAX_JSON_LENGTH) throw invalid('query is too large')
  return readQuery(query)
}

/** `segments` are all of the noun, without the change. */
async function checkDefinition(
  workspace: Workspace,
  noun: SegmentedNoun,
  segments: readonly SegmentRow[],
  segment: Omit<SegmentRow, 'missing_tag_ids'>,
) {
  const missing_tag_ids = await findMissingTags(workspace, tagsIn(segment.query))
  const changed = { ...segment, missing_tag_ids }
  const all = [...segments.filter(({ id }) => id !== segment.id), changed]
  checkSizes(all)
  const compiled = await compileSegments(workspace, noun, all)
  compiled.check(changed)
  const missing = compiled.missingIn(changed)
  if (missing.length) throw invalid(`query names what does not exist: ${missing.join(', ')}`)
}

function checkSizes(segments: readonly SegmentRow[]) {
  let filters = 0
  for (const size of sizesOf(segments).values()) {
    if (!size) throw invalid('A segment cannot name itself, nor another segment that names it')
    if (size.levels > MAX_LEVELS) throw invalid(`Segments can name others ${MAX_LEVELS} levels deep`)
    filters += size.filters
  }
  if (filters > MAX_FILTERS) throw invalid(`The segments of a workspace can have ${MAX_FILTERS} filters together`)
}
