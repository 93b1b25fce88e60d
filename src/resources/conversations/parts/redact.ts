// POST /conversations/redact: removes the text and the files of a part, or of a contact's first message, for good.
import { takeBack } from '#delivery/redact.ts'
import { type Change, changeSnapshots, type StoredObject } from '#events/snapshots.ts'
import { filesReferredTo } from '#files/link.ts'
import { found, missing, unprocessable } from '#http/errors.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitConversation } from '../emit.ts'
import type { ReceivedPlace } from '../inbound-queries.ts'
import { type ConversationRow, isTicket, lockConversation, updateConversationRow } from '../queries.ts'
import { redactRemark, withoutRemark } from '../ratings/redact.ts'
import { redactMessage } from '../start/queries.ts'
import type { NewParts } from '../state/record.ts'
import {
  findRedactablePart,
  redactPart,
  redactSource,
  withoutPart,
  withoutSource,
  withoutTicketPart,
} from './redact-queries.ts'
import { fileIdsOf, removeUnusedFiles } from './remove-files.ts'
import type { RedactRequest } from './schema.ts'

/**
 * `forgetReceived` removes what was kept of a received message as its provider sent it; `changeNotifications` changes what
 * webhooks have sent, or will send.
 */
export type Redaction = Pick<Server, 'secret'> & {
  forgetReceived(workspace: Workspace, place: ReceivedPlace): PromiseLike<unknown>
  changeNotifications: typeof changeSnapshots
}

const NOT_FOUND = ['Conversation part or message not found', 'conversation_part_or_message_not_found'] as const

/** Redacting again changes nothing. @throws a 404, or a 422 for what has no text and no files, or was not written by a contact */
export async function redact(workspace: Workspace, request: RedactRequest, redaction: Redaction): Promise<NewParts> {
  const { type, conversation_id, conversation_part_id, source_id } = request
  if (type === 'conversation_part' && conversation_part_id === undefined)
    throw missing('conversation_part_id is required')
  if (type === 'source' && source_id === undefined) throw missing('source_id is required')
  const conversation = found(await lockConversation(workspace, conversation_id), ...NOT_FOUND)
  return type === 'source'
    ? redactFirstMessage(workspace, conversation, source_id as string, redaction)
    : redactOnePart(workspace, conversation, conversation_part_id as string, redaction)
}

async function redactOnePart(
  workspace: Workspace,
  conversation: ConversationRow,
  given_id: string,
  redaction: Redaction,
): Promise<NewParts> {
  const part = found(await findRedactablePart(workspace, conversation.id, given_id), ...NOT_FOUND)
  const { id: part_id } = part
  const result = { conversation_id: conversation.id, part_ids: [part_id] }
  if (part.redacted) return result
  assertContent(part)
  await redactPart(workspace, part_id)
  await takeBack(workspace, { message_id: conversation.source_id, part_id })
  const is_remark = part.part_type === 'conversation_rating_remark_added'
  if (is_remark) await redactRemark(workspace, conversation.id, part.body)
  const changes = [withoutPart(workspace, part_id), ...(is_remark ? [withoutRemark(workspace)] : [])]
  const without: Change = (stored) => changes.reduce((changed, change) => change(changed), stored)
  await finish(workspace, conversation, { content: part, part_id, without, redaction })
  return result
}

async function redactFirstMessage(
  workspace: Workspace,
  conversation: ConversationRow,
  given_id: string,
  redaction: Redaction,
): Promise<NewParts> {
  found(given_id === conversation.source_id || undefined, ...NOT_FOUND)
  const result = { conversation_id: conversation.id, part_ids: [] }
  if (conversation.redacted) return result
  if (conversation.author_type === 'admin') throw notRedactable('The source was not written by a contact')
  assertContent(conversation)
  await redactSource(workspace, conversation.id)
  await redactMessage(workspace, conversation.source_id)
  const without = withoutSource(workspace)
  await finish(workspace, conversation, { content: conversation, part_id: null, without, redaction })
  return result
}

type Content = { body: string | null; attachments: readonly Attachment[] }

function assertContent({ body, attachments }: Content): void {
  if (!body && !attachments.length) throw notRedactable('The conversation part has no body')
}

const notRedactable = (message: string) => unprocessable('conversation_part_not_redactable', message)

type Redacted = { content: Content; part_id: string | null; without: Change; redaction: Redaction }

async function finish(workspace: Workspace, conversation: ConversationRow, redacted: Redacted) {
  const { id, source_id } = conversation
  const { content, part_id, without, redaction } = redacted
  const { body, attachments } = content
  await changeStored(workspace, { object_type: 'conversation', object_id: id }, without, redaction)
  if (isTicket(conversation) && part_id !== null)
    await changeStored(
      workspace,
      { object_type: 'ticket', object_id: id },
      withoutTicketPart(workspace, part_id),
      redaction,
    )
  const pictures = filesReferredTo(redaction, workspace.id, body ?? '')
  await removeUnusedFiles(workspace, id, [...fileIdsOf(attachments), ...pictures])
  await redaction.forgetReceived(workspace, { conversation_id: id, part_id })
  await updateConversationRow(workspace, id, {})
  await logActivity(workspace, {
    type: 'conversation_part_deletion',
    did: `deleted a message of the conversation ${id}`,
    metadata: { conversation_id: id, ...(part_id === null ? { source_id } : { conversation_part_id: part_id }) },
  })
  const details = part_id === null ? { source_id } : { part_id }
  if (!isTicket(conversation)) await emitConversation(workspace, { topic: 'conversation_part.redacted', id, details })
}

async function changeStored(workspace: Workspace, object: StoredObject, without: Change, redaction: Redaction) {
  await changeSnapshots(workspace, object, without)
  await redaction.changeNotifications(workspace, object, without)
}
