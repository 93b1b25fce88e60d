// Asks a worker to answer a message, and hands conversations to the assistant.
import { enqueue } from '#jobs/enqueue.ts'
import { saveAiAgent } from '#resources/conversations/ai-agent.ts'
import { findNewestMessage } from '#resources/conversations/ai-agent-queries.ts'
import type { ConversationRow } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** How many conversations are answered at once: the messages of one are answered in turn. */
const QUEUES = 16

/** `message`: the id of the part, or 0 for the message that started the conversation. */
export const requestAnswer = ({ sql, id: workspace_id }: Workspace, conversation_id: string, message: string) =>
  enqueue(sql, {
    name: 'assistant:answer',
    payload: { workspace_id, conversation_id, message },
    queue: `assistant ${Number(conversation_id) % QUEUES}`,
  })

/**
 * Hands a conversation to the assistant, on any channel and also if the workspace has it switched off: it answers the newest
 * message of the contact, and goes on until it hands the conversation over. `conversation` must be locked, in a transaction.
 */
export async function handToAssistant(
  workspace: Workspace,
  conversation: ConversationRow,
  { title }: { title: string },
): Promise<void> {
  const source = { source_type: 'workflow' as const, source_title: title }
  await saveAiAgent(workspace, conversation, { is_active: true, ...source })
  await requestAnswer(workspace, conversation.id, await findNewestMessage(workspace, conversation.id))
}
