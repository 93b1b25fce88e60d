// Whom a broadcast goes to: contacts by id, those with a tag, or those that a contact search finds.
import { found, invalid, missing, notFound } from '#http/errors.ts'
import { findUnknownContact } from '#resources/contacts/queries.ts'
import { type KeptQuery, keepQuery } from '#resources/contacts/search.ts'
import { findTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** As it is kept. `version` is the one that the query was written in: dates mean other things in others. */
export type Audience = { contact_ids: string[] } | { tag_id: string } | ({ version: string } & KeptQuery)

export type AskedAudience = { contact_ids?: string[]; tag_id?: string; query?: unknown }

const KINDS = ['contact_ids', 'tag_id', 'query'] as const
export const MOST_CONTACT_IDS = 10_000

export async function readAudience(workspace: Workspace, asked: AskedAudience): Promise<Audience> {
  const [kind, ...more] = KINDS.filter((key) => asked[key] !== undefined)
  if (!kind) throw missing(`audience needs one of ${KINDS.join(', ')}`)
  if (more.length) throw invalid(`audience takes one of ${KINDS.join(', ')}, not several`)
  return READ[kind](workspace, asked)
}

const READ: Record<(typeof KINDS)[number], (workspace: Workspace, asked: AskedAudience) => Promise<Audience>> = {
  async contact_ids(workspace, { contact_ids = [] }) {
    if (!contact_ids.length) throw invalid('audience.contact_ids is empty')
    if (contact_ids.length > MOST_CONTACT_IDS)
      throw invalid(`audience.contact_ids takes ${MOST_CONTACT_IDS} ids; name more by tag_id or query`)
    const different = [...new Set(contact_ids)]
    const unknown = await findUnknownContact(workspace, different)
    if (unknown !== undefined) throw notFound(`Contact ${unknown} not found`)
    return { contact_ids: different }
  },
  async tag_id(workspace, { tag_id = '' }) {
    const { id } = found(await findTag(workspace, tag_id), 'Tag not found', 'tag_not_found')
    return { tag_id: id }
  },
  async query(workspace, { query }) {
    return { version: workspace.version, ...(await keepQuery(workspace, query)) }
  },
}
