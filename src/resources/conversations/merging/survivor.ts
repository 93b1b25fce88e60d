// The conversation that takes what is written to one that was merged.
import { ChangedMeanwhile, type Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, lockAnyConversation } from '../queries.ts'
import { findMergedInto } from './queries.ts'

/** Returns the id of the conversation that is left; of one that was not merged its own. */
export const survivorOf = async (workspace: Workspace, id: string): Promise<string> =>
  (await findMergedInto(workspace, id)) ?? id

/** Locks the conversation that is left, or a side conversation, until the transaction ends. Undefined if there is none. */
export async function lockSurvivor(workspace: Workspace, id: string): Promise<ConversationRow | undefined> {
  const conversation = await lockAnyConversation(workspace, await survivorOf(workspace, id))
  if (conversation?.merged_into) throw new ChangedMeanwhile('The conversation was merged')
  return conversation
}
