// An admin asks the contact of a conversation for a rating.
import { found, unprocessable } from '#http/errors.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { channelOf } from '../channels.ts'
import { findFirstParticipant } from '../participants/queries.ts'
import { lockConversation, updateConversationRow } from '../queries.ts'
import { insertRating } from './queries.ts'

/** The assigned admin is rated, or else the one who asks. Asking again begins a new rating. Returns the conversation's id. */
export async function requestRating(workspace: Workspace, id: string, admin_id: string): Promise<string> {
  const conversation = found(await lockConversation(workspace, id))
  const admin = await theAdmin(workspace, admin_id)
  if (channelOf(conversation) !== 'inapp')
    throw unprocessable('parameter_invalid', 'Only a conversation in the messenger can be rated')
  const contact = await findFirstParticipant(workspace, conversation.id)
  if (!contact) throw unprocessable('parameter_invalid', 'No contact takes part in the conversation')
  await insertRating(workspace, {
    conversation_id: conversation.id,
    teammate_id: conversation.admin_assignee_id ?? admin.id,
    contact_id: contact.id,
    requested_at: workspace.now(),
  })
  await updateConversationRow(workspace, conversation.id, {})
  return conversation.id
}
