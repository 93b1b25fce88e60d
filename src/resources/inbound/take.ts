// Takes a left-out message into a conversation after all.
import { found } from '#http/errors.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type InboundChannel, type InboundRow, lockInbound, markTaken } from './queries.ts'
import { notKept } from './raw.ts'

/**
 * How a channel receives a left-out message again, without the sign that it was left out for. It reads and stores files
 * first; the function that it returns runs in a transaction, and returns the id of the conversation.
 */
export type Taker = (workspace: Workspace, message: InboundRow) => Promise<(workspace: Workspace) => Promise<string>>

export type Takers = Record<InboundChannel, Taker>

/**
 * Returns the id of the conversation. Repeated and simultaneous calls get the same one.
 * @throws ApiError 409 if the content was not kept
 */
export async function take(workspace: Workspace, takers: Takers, message: InboundRow): Promise<string> {
  if (message.conversation_id !== null) return message.conversation_id
  if (message.raw_size === null) throw notKept()
  const receive = await takers[message.channel](workspace, message)
  return atomically(workspace, async (workspace) => {
    const locked = found(await lockInbound(workspace, message.id))
    if (locked.conversation_id !== null) return locked.conversation_id
    const conversation_id = await receive(workspace)
    await markTaken(workspace, message.id, conversation_id)
    return conversation_id
  })
}
