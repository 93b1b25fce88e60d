// POST /conversations/{id}/reply: checks the reply of an admin or a contact.
import { assertBody, badRequest, found, invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { findAdmin, theAdmin } from '#resources/admins/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { WrittenBody } from '#resources/attachments/written-body.ts'
import { findSender } from '#resources/contacts/named.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { findTeam } from '#resources/teams/queries.ts'
import { findTicketType } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { adminActs } from '../actions/manage.ts'
import { type ConversationRow, lockConversation } from '../queries.ts'
import type { NewParts } from '../state/record.ts'
import { findTicket } from '../tickets/queries.ts'
import { adminReplies } from './admin.ts'
import { contactReplies, lockConversationOf } from './contact.ts'
import { findLastConversationId } from './queries.ts'
import type { ReplyRequest } from './schema.ts'

/**
 * The id `last` stands for the contact's latest conversation. Admins can also close, open, snooze and assign: the older
 * clients in Ruby and Node do so with replies. `written` is the body of an admin's reply.
 */
export async function reply(
  workspace: Workspace,
  id: string,
  request: ReplyRequest,
  written: WrittenBody,
  attachments: Attachment[],
): Promise<NewParts> {
  if (request.type !== 'admin') return replyAsContact(workspace, id, request, attachments)
  const { admin_id, message_type } = request
  if (admin_id === undefined) throw missing('admin_id is required')
  if (isAction(message_type))
    return act(workspace, id, { ...request, admin_id, message_type }, written.html, attachments)
  if (message_type === 'comment' && request.assignee_id !== undefined && !request.body && !attachments.length)
    return act(workspace, id, { ...request, admin_id, message_type: 'assignment' }, '')
  return replyAsAdmin(workspace, id, { ...request, admin_id, message_type }, written, attachments)
}

const ACTIONS = ['close', 'open', 'snoozed', 'assignment'] as const
type Action = (typeof ACTIONS)[number]

const isAction = (message_type: ReplyRequest['message_type']): message_type is Action =>
  ACTIONS.includes(message_type as Action)

type ByAdmin<MessageType> = Omit<ReplyRequest, 'message_type'> & { admin_id: string; message_type: MessageType }

/** A comment or note with an `assignee_id` also assigns the conversation. */
async function replyAsAdmin(
  workspace: Workspace,
  id: string,
  request: ByAdmin<Exclude<ReplyRequest['message_type'], Action>>,
  { html, text = '' }: WrittenBody,
  attachments: Attachment[],
): Promise<NewParts> {
  const { admin_id, message_type, reply_options = [], assignee_id } = request
  if (message_type === 'quick_reply' && !reply_options.length) throw missing('reply_options is required')
  if (message_type !== 'quick_reply') assertBody(text, attachments)
  const conversation = await lockForAdmin(workspace, id, request)
  const admin = await theAdmin(workspace, admin_id)
  const replied = await adminReplies(workspace, conversation, {
    admin_id: admin.id,
    message_type,
    html,
    attachments,
    reply_options,
    created_at: writtenAt(workspace, request),
    skip_notifications: request.skip_notifications === true,
    skip_unsnooze: request.skip_unsnooze === true,
  })
  if (assignee_id === undefined) return replied
  const assignment = { admin_id, assignee_id, type: 'admin', message_type: 'assignment' } as const
  const { part_ids } = await act(workspace, conversation.id, assignment, '')
  return { conversation_id: replied.conversation_id, part_ids: [...replied.part_ids, ...part_ids] }
}

/** In a reply, `type` is that of the author, so that the assignee can be an admin or a team. */
async function act(
  workspace: Workspace,
  id: string,
  request: ByAdmin<Action>,
  html: string,
  attachments: Attachment[] = [],
): Promise<NewParts> {
  const { assignee_id } = request
  const conversation = await lockForAdmin(workspace, id, request)
  const is_team =
    assignee_id !== undefined &&
    !(await findAdmin(workspace, assignee_id)) &&
    (await findTeam(workspace, assignee_id)) !== undefined
  return adminActs(workspace, conversation, { ...request, type: is_team ? 'team' : 'admin' }, html, attachments)
}

async function lockForAdmin(
  workspace: Workspace,
  id: string,
  { intercom_user_id, user_id, email }: ContactOfReply,
): Promise<ConversationRow> {
  if (id !== 'last') return found(await lockConversation(workspace, id))
  const contact = await findSender(workspace, { id: intercom_user_id, user_id, email })
  return lockConversationOf(workspace, await lastOf(workspace, contact), contact)
}

type ContactOfReply = Pick<ReplyRequest, 'intercom_user_id' | 'user_id' | 'email'>

const lastOf = async (workspace: Workspace, { id }: ContactRow): Promise<string> =>
  found(await findLastConversationId(workspace, id))

async function replyAsContact(
  workspace: Workspace,
  id: string,
  request: ReplyRequest,
  attachments: Attachment[],
): Promise<NewParts> {
  const { message_type, intercom_user_id, user_id, email } = request
  if (message_type === 'note') throw invalid('A contact cannot write notes')
  if (isAction(message_type)) throw invalid(`message_type can be ${message_type} only for an admin`)
  const picks = message_type === 'quick_reply' || !request.body
  const [chosen] = picks ? (request.reply_options ?? []) : []
  if (message_type === 'quick_reply' && !chosen) throw missing('reply_options is required')
  if (!chosen) assertBody(request.body, attachments)
  const contact = await findSender(workspace, { id: intercom_user_id, user_id, email })
  const conversation_id = id === 'last' ? await lastOf(workspace, contact) : id
  await assertTakesContacts(workspace, conversation_id)
  return contactReplies(workspace, {
    conversation_id,
    contact,
    body: chosen?.text ?? request.body ?? '',
    attachments,
    ...(chosen && { metadata: { quick_reply_uuid: chosen.uuid } }),
    created_at: request.created_at === undefined ? undefined : fromEpoch(request.created_at),
  })
}

const writtenAt = (workspace: Workspace, { created_at }: ReplyRequest): Date =>
  created_at === undefined ? workspace.now() : fromEpoch(created_at)

async function assertTakesContacts(workspace: Workspace, id: string): Promise<void> {
  const ticket = await findTicket(workspace, id)
  const type = ticket && (await findTicketType(workspace, ticket.ticket_type_id))
  if (type?.category === 'Back-office')
    throw badRequest('parameter_mismatch', 'User replies are not allowed on Backoffice tickets')
}
