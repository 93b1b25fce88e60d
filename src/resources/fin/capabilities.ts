// What Fin can do for a user, as a list for another agent that decides what to call.
import type { Static } from 'typebox'
import { isInAudience } from '#resources/contacts/audiences.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { listProcedures } from '#resources/procedures/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Capability as CapabilitySchema } from './schema.ts'

type Capability = Static<typeof CapabilitySchema>

const ALWAYS: Capability[] = [
  { type: 'reply', description: 'Reply to an in-progress Fin conversation.', endpoint: '/fin/reply', method: 'POST' },
  { type: 'ask', description: 'Ask Fin a single, self-contained question.', endpoint: '/fin/ask', method: 'POST' },
]

/** Returns the live procedures with an API trigger whose audience the contact is in, and what every user can do. */
export async function capabilitiesOf(workspace: Workspace, { id: contact_id }: ContactRow): Promise<Capability[]> {
  const capabilities: Capability[] = []
  for (const { id, name, description, state, has_api_trigger, audience_ids } of await listProcedures(workspace)) {
    if (state !== 'live' || !has_api_trigger) continue
    if (!(await isInAudience(workspace, contact_id, audience_ids.map(Number)))) continue
    const endpoint = `/fin/procedures/${id}/run`
    capabilities.push({ type: 'procedure', id, name, description, endpoint, method: 'POST' })
  }
  return [...capabilities, ...ALWAYS]
}
