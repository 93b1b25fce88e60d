// A conversation out of an admin's message: there is none until somebody answers, or until it is asked for.
import { emit } from '#events/emit.ts'
import { found } from '#http/errors.ts'
import { paragraphs } from '#lib/html.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { record } from './acts/record.ts'
import { isSuperseded } from './acts/state.ts'
import {
  type AdminMessageRow,
  findAdminMessage,
  insertOpened,
  listRecipientIds,
  lockOpenSmsConversations,
} from './beginnings/queries.ts'
import { sourceTypeOf } from './channels.ts'

/**
 * Opens the conversation that an admin's message reserved, with all who got the message in to and cc; or the one that
 * it reserved for a recipient in blind copy, where `conversation_id` names that. Returns the conversation's id. It is
 * opened once, however many come at the same moment: the others find it open when they are done here.
 */
export async function openFromMessage(
  workspace: Workspace,
  message_id: string,
  conversation_id?: string,
): Promise<string> {
  const message = found(await findAdminMessage(workspace, message_id))
  const id = conversation_id ?? message.conversation_id
  const contact_ids = await listRecipientIds(workspace, message_id, id)
  const source_type = sourceTypeOf(message.message_type)
  const opened = await insertOpened(workspace, { id, source_type, message, html: htmlOf(message), contact_ids })
  if (opened && source_type === 'sms') await closeOtherSmsConversations(workspace, id, contact_ids)
  if (opened && contact_ids.length === 1) await emit(workspace, 'conversation.admin.single.created', id)
  return id
}

const htmlOf = ({ message_type, body }: AdminMessageRow): string | null =>
  body !== null && message_type === 'sms' ? paragraphs(body) : body

/** A contact has one SMS conversation at most that is not closed: by SMS there is no telling several apart. */
async function closeOtherSmsConversations(workspace: Workspace, id: string, contact_ids: string[]) {
  const superseded = await lockOpenSmsConversations(workspace, contact_ids, id)
  const created_at = workspace.now()
  for (const conversation of superseded) {
    const outcome = isSuperseded(conversation, created_at)
    await record(workspace, conversation, outcome, { author: { type: 'bot' }, created_at })
  }
}
