// Creates the conversation of an admin's message: on the first reply, or when a request asks for it.
import { found } from '#http/errors.ts'
import { escapeHtml, paragraphs } from '#lib/html.ts'
import { filled } from '#lib/placeholders.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { sourceTypeOf } from '../channels.ts'
import { emitConversation } from '../emit.ts'
import { outcomeOf } from '../state/outcome.ts'
import { record } from '../state/record.ts'
import {
  type AdminMessageRow,
  findAdminMessage,
  insertFromMessage,
  listRecipients,
  lockOpenSmsConversations,
} from './queries.ts'

/**
 * Creates the conversation that an admin's message reserved, with all recipients in to and cc; or, by
 * `conversation_id`, the one that it reserved for a single recipient in bcc or of a broadcast. Returns the
 * conversation's id. Calls at the same moment create it once.
 */
export async function createFromMessage(
  workspace: Workspace,
  message_id: string,
  conversation_id?: string,
): Promise<string> {
  const message = found(await findAdminMessage(workspace, message_id))
  const id = conversation_id ?? message.conversation_id
  const recipients = await listRecipients(workspace, message_id, id)
  const contact_ids = recipients.map(({ contact_id }) => contact_id)
  const source_type = sourceTypeOf(message.message_type)
  const created = await insertFromMessage(workspace, {
    id,
    source_type,
    message,
    html: htmlOf(message, recipients[0]?.parameters),
    contact_ids,
  })
  if (created && source_type === 'sms') await closeOtherSmsConversations(workspace, id, contact_ids)
  if (created && contact_ids.length === 1)
    await emitConversation(workspace, { topic: 'conversation.admin.single.created', id })
  return id
}

/** Returns the body that the recipient received, as HTML. */
function htmlOf({ message_type, body }: AdminMessageRow, parameters: string[] | null = null): string | null {
  const html = body !== null && message_type === 'sms' ? paragraphs(body) : body
  return parameters ? filled(html, parameters.map(escapeHtml)) : html
}

/** A contact has at most one open SMS conversation: an SMS does not say which one it replies to. */
async function closeOtherSmsConversations(workspace: Workspace, id: string, contact_ids: string[]) {
  const superseded = await lockOpenSmsConversations(workspace, contact_ids, id)
  const created_at = workspace.now()
  for (const conversation of superseded) {
    const outcome = outcomeOf(conversation, 'newer_conversation_closes', { at: created_at, closed_by: null })
    await record(workspace, conversation, outcome, { author: { type: 'bot' }, created_at })
  }
}
