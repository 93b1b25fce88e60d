// Begins side conversations, and replies in them: emails to people outside of the conversation, such as a supplier.
import { assertBody, found, invalid } from '#http/errors.ts'
import { isEmail } from '#lib/email.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { WrittenBody } from '#resources/attachments/written-body.ts'
import { contactByEmail } from '#resources/contacts/create.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findConversation, lockAnyConversation, lockConversation } from '../queries.ts'
import { adminReplies } from '../replies/admin.ts'
import { notifyContacts } from '../replies/notify.ts'
import { insertAdminEmail, insertFromMessage } from '../start/queries.ts'
import { findSide } from './queries.ts'
import type { SideReplyRequest, SideRequest } from './schema.ts'

/**
 * Sends the message by email to each address; the contact with the address, or a new lead, becomes a participant. What they
 * answer is added to the side conversation. Returns its id.
 * @throws a 404 if there is no such conversation or admin, a 400 without a body or with a wrong address.
 */
export async function beginSide(
  workspace: Workspace,
  conversation_id: string,
  { admin_id, to = [], subject }: SideRequest,
  { html, text = '' }: WrittenBody,
): Promise<string> {
  assertBody(text)
  for (const address of to) if (!isEmail(address)) throw invalid(`to has ${address}, which is not an email address`)
  const { id: side_of } = found(await lockConversation(workspace, conversation_id))
  const admin = await theAdmin(workspace, admin_id)
  const contact_ids = new Set<string>()
  for (const address of to) contact_ids.add((await contactByEmail(workspace, address, null)).id)
  const message = await insertAdminEmail(workspace, { admin_id: admin.id, subject, html })
  const { conversation_id: id } = message
  await insertFromMessage(workspace, {
    ...{ id, source_type: 'email', message, html, contact_ids: [...contact_ids], side_of },
  })
  await notifyContacts(workspace, found(await lockAnyConversation(workspace, id)), null)
  return id
}

/** @throws a 404 if there is no such side conversation or admin, a 400 without a body or files. */
export async function replyInSide(
  workspace: Workspace,
  { conversation_id, id }: { conversation_id: string; id: string },
  { admin_id }: SideReplyRequest,
  { html, text = '' }: WrittenBody,
  attachments: Attachment[],
): Promise<string> {
  assertBody(text, attachments)
  const parent = found(await findConversation(workspace, conversation_id))
  const { id: side_id } = found(await findSide(workspace, parent.id, id))
  const side = found(await lockAnyConversation(workspace, side_id))
  const admin = await theAdmin(workspace, admin_id)
  await adminReplies(workspace, side, {
    ...{ admin_id: admin.id, message_type: 'comment', html, attachments, reply_options: [] },
    ...{ created_at: workspace.now(), skip_notifications: false, skip_unsnooze: false },
  })
  return side.id
}
