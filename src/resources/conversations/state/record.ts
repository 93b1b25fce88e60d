// Writes down what was done in a conversation: its part, what that changed, and the events that tell of it.
import type { Actor } from '#events/events.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitConversation } from '../emit.ts'
import { insertPart, type NewPart } from '../parts/queries.ts'
import { type Change, type ConversationRow, changeConversation } from '../queries.ts'
import { gainedPart } from './statistics.ts'
import type { Outcome } from './transitions.ts'

/** The conversation that an operation changed, and the parts that it added. */
export type NewParts = { conversation_id: string; part_ids: string[] }

/** The conversation as it is now, and the new part's id. */
export type Recorded = { conversation: ConversationRow; part_id: string }

/** `conversation` must be locked; several acts in a row each take the conversation that the one before left. */
export async function record(
  workspace: Workspace,
  conversation: ConversationRow,
  { part_type, change, topics }: Outcome,
  part: Omit<NewPart, 'part_type'>,
): Promise<Recorded> {
  const changed: Change = {
    ...change,
    ...withTeammate(conversation, part),
    ...gainedPart({ ...conversation, ...change }),
  }
  await changeConversation(workspace, conversation.id, changed)
  const state = changed.state ?? conversation.state
  const part_id = await insertPart(workspace, conversation.id, state, { part_type, ...part })
  const actor = actorOf(part.author)
  for (const topic of topics)
    await emitConversation(workspace, { topic, id: conversation.id, details: { part_id }, actor })
  return { conversation: { ...conversation, ...changed }, part_id }
}

function withTeammate({ teammate_ids }: ConversationRow, { author }: Pick<NewPart, 'author'>): Change {
  if (author.type !== 'admin' || teammate_ids.includes(author.id)) return {}
  return { teammate_ids: [...teammate_ids, author.id] }
}

const actorOf = (author: NewPart['author']): Actor => ({ type: author.type, id: author.id ?? null })
