// POST /conversations/{id}/reply: checks the reply of an admin or a contact.
import { assertBody, found, invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { toHtml, toPlainText } from '#lib/html.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { findSender } from '#resources/contacts/named.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockConversation } from '../queries.ts'
import type { NewParts } from '../state/record.ts'
import { adminReplies } from './admin.ts'
import { contactReplies } from './contact.ts'
import { findLastConversationId } from './queries.ts'
import type { ReplyRequest } from './schema.ts'

/** The id `last` stands for the contact's latest conversation. */
export const reply = (
  workspace: Workspace,
  id: string,
  request: ReplyRequest,
  attachments: Attachment[],
): Promise<NewParts> => (request.type === 'admin' ? replyAsAdmin : replyAsContact)(workspace, id, request, attachments)

type ReplyAs = typeof reply

const replyAsAdmin: ReplyAs = async (workspace, id, request, attachments) => {
  const { message_type, body = null, reply_options = [] } = request
  if (message_type === 'quick_reply' && !reply_options.length) throw missing('reply_options is required')
  if (message_type !== 'quick_reply') assertBody(textOf(body), attachments)
  if (request.admin_id === undefined) throw missing('admin_id is required')
  const conversation = found(await lockConversation(workspace, id))
  const admin = await theAdmin(workspace, request.admin_id)
  return adminReplies(workspace, conversation, {
    admin_id: admin.id,
    message_type,
    body,
    attachments,
    reply_options,
    created_at: writtenAt(workspace, request),
    skip_notifications: request.skip_notifications === true,
    skip_unsnooze: request.skip_unsnooze === true,
  })
}

const replyAsContact: ReplyAs = async (workspace, id, request, attachments) => {
  const { message_type, intercom_user_id, user_id, email } = request
  if (message_type === 'note') throw invalid('A contact cannot write notes')
  const picks = message_type === 'quick_reply' || !request.body
  const [chosen] = picks ? (request.reply_options ?? []) : []
  if (message_type === 'quick_reply' && !chosen) throw missing('reply_options is required')
  if (!chosen) assertBody(request.body, attachments)
  const contact = await findSender(workspace, { id: intercom_user_id, user_id, email })
  return contactReplies(workspace, {
    conversation_id: id === 'last' ? found(await findLastConversationId(workspace, contact.id)) : id,
    contact,
    body: chosen?.text ?? request.body ?? '',
    attachments,
    ...(chosen && { metadata: { quick_reply_uuid: chosen.uuid } }),
    created_at: writtenAt(workspace, request),
  })
}

/** Returns the text of an admin's HTML body: it must have text or pictures after it is sanitised. */
const textOf = (body: string | null): string => toPlainText(toHtml(body ?? ''), { links: 'label (url)' })

const writtenAt = (workspace: Workspace, { created_at }: ReplyRequest): Date =>
  created_at === undefined ? workspace.now() : fromEpoch(created_at)
