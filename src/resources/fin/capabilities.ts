// What Fin can do for a user, as a list for another agent that decides what to call.
import type { Static } from 'typebox'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Capability } from './schema.ts'

const ALWAYS: Static<typeof Capability>[] = [
  { type: 'reply', description: 'Reply to an in-progress Fin conversation.', endpoint: '/fin/reply', method: 'POST' },
  { type: 'ask', description: 'Ask Fin a single, self-contained question.', endpoint: '/fin/ask', method: 'POST' },
]

export async function capabilitiesOf(
  _workspace: Workspace,
  _contact: ContactRow,
): Promise<Static<typeof Capability>[]> {
  return ALWAYS
}
