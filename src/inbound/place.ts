// The conversation that a received message was added to, now or before.
import type { ChannelName } from '#channels/channel.ts'
import { conflict } from '#http/errors.ts'
import { findReceived } from '#resources/conversations/inbound-queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Returns the conversation's id. @throws a 409 if the message was received before and its conversation is not known. */
export async function placeOf(
  workspace: Workspace,
  channel: ChannelName,
  provider_id: string,
  received: { outcome: string; conversation_id?: string },
): Promise<string> {
  if (received.conversation_id !== undefined) return received.conversation_id
  const place = await findReceived(workspace, channel, provider_id)
  if (!place) throw lostPlace()
  return place.conversation_id
}

export const lostPlace = () => conflict('The message was received before')
