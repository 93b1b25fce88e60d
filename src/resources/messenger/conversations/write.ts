// What a contact writes at a messenger: a conversation begun, an answer, or one of the answers that were offered.
import { assertBody, invalid } from '#http/errors.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { createLead } from '#resources/contacts/create.ts'
import { type ContactRow, lockIdentity } from '#resources/contacts/queries.ts'
import { contactReplies } from '#resources/conversations/replies/contact.ts'
import { startConversation } from '#resources/conversations/start/from-contact.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findByVisitorId } from '../sessions/queries.ts'
import type { Visitor } from '../sessions/recognize.ts'
import { findQuickReply } from './queries.ts'
import { findOwn } from './read.ts'
import type { MessengerReply } from './schema.ts'

type Said = { body?: string | null; attachments: Attachment[] }

/** Whoever was a mere visitor is a lead from now on. */
export async function begin(
  workspace: Workspace,
  visitor: Visitor,
  { body, attachments, url }: Said & { url?: string | null },
): Promise<{ contact_id: string; conversation_id: string }> {
  assertBody(body, attachments)
  const contact = visitor.contact ?? (await leadOf(workspace, visitor))
  const { conversation_id } = await startConversation(workspace, {
    contact,
    body: body ?? '',
    attachments,
    url: url ?? undefined,
  })
  return { contact_id: contact.id, conversation_id }
}

/** Of two first messages at once, the later finds the lead of the earlier. */
async function leadOf(workspace: Workspace, { session }: Visitor): Promise<ContactRow> {
  const external_id = session.visitor_id as string
  await lockIdentity(workspace, { external_id })
  return (await findByVisitorId(workspace, external_id)) ?? (await createLead(workspace, { external_id }))
}

export async function answer(
  workspace: Workspace,
  contact: ContactRow,
  id: string,
  { quick_reply_uuid, body, attachments }: Said & Pick<MessengerReply, 'quick_reply_uuid'>,
): Promise<void> {
  const { id: conversation_id } = await findOwn(workspace, contact.id, id)
  const reply = { conversation_id, contact, attachments, channel: 'inapp' as const }
  if (quick_reply_uuid) {
    const text = await findQuickReply(workspace, conversation_id, quick_reply_uuid)
    if (text === undefined) throw invalid('quick_reply_uuid is no option that was offered in this conversation')
    await contactReplies(workspace, { ...reply, body: text, metadata: { quick_reply_uuid } })
  } else {
    assertBody(body, attachments)
    await contactReplies(workspace, { ...reply, body: body ?? '' })
  }
}
