// Whether a conversation and its contact meet the conditions of a workflow or of a branch.
import type { Fragment } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import { matcherOf, prepareQuery } from '#resources/contacts/search.ts'
import { conversationMatcher } from '#resources/conversations/search.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { meetsAll } from './queries.ts'
import type { Conditions } from './steps.ts'

/** Returns functions, because awaiting a fragment would run it. @throws the 400s of the searches. */
async function matchersOf(workspace: Workspace, { conversation, contact }: Conditions) {
  return {
    conversation: conversation === undefined ? undefined : await conversationMatcher(workspace, conversation),
    contact: contact === undefined ? undefined : await contactMatcher(workspace, contact),
  }
}

const contactMatcher = async (workspace: Workspace, query: unknown): Promise<() => Fragment> =>
  matcherOf(workspace, await prepareQuery(workspace, query))

/** @throws the 400s of the searches */
export const checkConditions = async (workspace: Workspace, conditions: Conditions): Promise<void> =>
  void (await matchersOf(workspace, conditions))

/** Conditions that name what no longer exists, such as an attribute, do not hold. */
export async function meets(workspace: Workspace, conversation_id: string, conditions: Conditions): Promise<boolean> {
  try {
    const { conversation, contact } = await matchersOf(workspace, conditions)
    return await meetsAll(workspace, conversation_id, conversation, contact)
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}
