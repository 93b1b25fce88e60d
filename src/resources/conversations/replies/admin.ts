// An admin's reply: a comment or quick replies for the contacts, or a note for teammates.
import type { Attachment } from '#resources/attachments/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { channelOf } from '../channels.ts'
import type { ConversationRow } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'
import type { Action } from '../state/transitions.ts'
import { notifyContacts } from './notify.ts'

export type AdminReply = {
  admin_id: string
  message_type: 'comment' | 'note' | 'quick_reply'
  /** Safe HTML. */
  html: string
  attachments: Attachment[]
  /** The options of a quick reply. */
  reply_options: { text: string; uuid: string }[]
  created_at: Date
  skip_notifications: boolean
  skip_unsnooze: boolean
}

const ACTIONS = {
  comment: 'admin_comments',
  note: 'admin_notes',
  quick_reply: 'admin_offers_quick_replies',
} as const satisfies Record<AdminReply['message_type'], Action>

/** `conversation` must be locked. */
export async function adminReplies(
  workspace: Workspace,
  conversation: ConversationRow,
  reply: AdminReply,
): Promise<NewParts> {
  const { message_type, admin_id, attachments, created_at } = reply
  const facts = { at: created_at, keeps_snoozed: reply.skip_unsnooze }
  const outcome = outcomeOf(conversation, ACTIONS[message_type], facts)
  const { part_id, loaded } = await record(workspace, conversation, outcome, {
    author: { type: 'admin', id: admin_id },
    ...(message_type === 'quick_reply'
      ? { metadata: { quick_reply_options: reply.reply_options } }
      : { body: reply.html, attachments }),
    created_at,
  })
  if (isForContacts(conversation, reply)) await notifyContacts(workspace, conversation, part_id)
  return { conversation_id: conversation.id, part_ids: [part_id], loaded }
}

/** Only the messenger can show quick replies. */
const isForContacts = (conversation: ConversationRow, { message_type, skip_notifications }: AdminReply): boolean =>
  !skip_notifications &&
  (message_type === 'comment' || (message_type === 'quick_reply' && channelOf(conversation) === 'inapp'))
