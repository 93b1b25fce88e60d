// A contact answers a question for an attribute in a form, which leaves a part of its own.
import { markReplied } from '#resources/contacts/activity-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { channelOf, sourceTypeOf } from '../channels.ts'
import type { ConversationRow } from '../queries.ts'
import { assertNotBlocked } from '../start/from-contact.ts'
import { outcomeOf } from '../state/outcome.ts'
import { record } from '../state/record.ts'
import { lockConversationOf } from './contact.ts'

export type GivenAttribute = {
  conversation_id: string
  contact: ContactRow
  /** The name of the attribute, and what the contact wrote. */
  attribute: { id: string; value: string }
}

/** Returns the conversation, locked. It does not store the value. @throws a 404 as a reply does */
export async function giveAttribute(
  workspace: Workspace,
  { conversation_id, contact, attribute: { id, value } }: GivenAttribute,
): Promise<ConversationRow> {
  assertNotBlocked(contact)
  const conversation = await lockConversationOf(workspace, conversation_id, contact)
  const at = workspace.now()
  const channel = channelOf(conversation)
  const facts = { at, source_type: sourceTypeOf(channel) }
  const recorded = await record(workspace, conversation, outcomeOf(conversation, 'contact_gives_attribute', facts), {
    author: { type: contact.role, id: contact.id },
    event_details: { attribute: { name: id }, value: { name: value } },
    created_at: at,
  })
  await markReplied(workspace, contact, at, channel)
  return recorded.conversation
}
