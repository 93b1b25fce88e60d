// The audience of a broadcast: contacts by id, contacts with a tag, contacts in a segment, or contacts that a search finds.
import { found, invalid, missing, notFound } from '#http/errors.ts'
import { findUnknownContact } from '#resources/contacts/queries.ts'
import { prepareQuery, type StoredQuery, segmentedContacts } from '#resources/contacts/search.ts'
import { loadSegments } from '#resources/segments/compile.ts'
import { theTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The stored form. `version` is the API version of the query, because versions differ in the meaning of dates. */
export type Audience =
  | { contact_ids: string[] }
  | { tag_id: string }
  | { segment_id: string }
  | ({ version: string } & StoredQuery)

export type AudienceRequest = { contact_ids?: string[]; tag_id?: string; segment_id?: string; query?: unknown }

const KINDS = ['contact_ids', 'tag_id', 'segment_id', 'query'] as const
export const MAX_CONTACT_IDS = 10_000

export async function readAudience(workspace: Workspace, request: AudienceRequest): Promise<Audience> {
  const [kind, ...more] = KINDS.filter((key) => request[key] !== undefined)
  if (!kind) throw missing(`audience needs one of ${KINDS.join(', ')}`)
  if (more.length) throw invalid(`audience must have only one of ${KINDS.join(', ')}`)
  return READ[kind](workspace, request)
}

const READ: Record<(typeof KINDS)[number], (workspace: Workspace, request: AudienceRequest) => Promise<Audience>> = {
  async contact_ids(workspace, { contact_ids = [] }) {
    if (!contact_ids.length) throw invalid('audience.contact_ids is empty')
    if (contact_ids.length > MAX_CONTACT_IDS)
      throw invalid(`audience.contact_ids can have ${MAX_CONTACT_IDS} ids; use tag_id, segment_id or query for more`)
    const different = [...new Set(contact_ids)]
    const unknown = await findUnknownContact(workspace, different)
    if (unknown !== undefined) throw notFound(`Contact ${unknown} not found`)
    return { contact_ids: different }
  },
  async tag_id(workspace, { tag_id = '' }) {
    const { id } = await theTag(workspace, tag_id)
    return { tag_id: id }
  },
  /** Who is in the segment is evaluated while the deliveries are created. */
  async segment_id(workspace, { segment_id }) {
    const { segments, missingIn } = await loadSegments(workspace, segmentedContacts)
    const named = segments.find(({ id }) => id === segment_id)
    const segment = found(named, 'Segment not found', 'segment_not_found')
    const missing = missingIn(segment)
    if (missing.length) throw invalid(`audience.segment_id names what does not exist: ${missing.join(', ')}`)
    return { segment_id: segment.id }
  },

  async query(workspace, { query }) {
    return { version: workspace.version, ...(await prepareQuery(workspace, query)) }
  },
}
