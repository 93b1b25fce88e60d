// Receives a WhatsApp message: finds its contact and conversation, and adds it with its media.
import { type InboundMessage, readMessage } from '#channels/whatsapp/inbound.ts'
import { changedUserId } from '#channels/whatsapp/sender.ts'
import { isRefusal } from '#http/errors.ts'
import { fetchFromMeta } from '#resources/attachments/attach.ts'
import { deleteAttachment } from '#resources/attachments/queries.ts'
import { contactByWhatsApp } from '#resources/contacts/by-whatsapp.ts'
import { findCurrentContact } from '#resources/contacts/merged-queries.ts'
import { letWrite } from '#resources/contacts/queries.ts'
import { copyWhatsAppUser } from '#resources/contacts/whatsapp-queries.ts'
import { type ReceiveResult, receive } from '#resources/conversations/inbound.ts'
import { findReceived } from '#resources/conversations/inbound-queries.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import { workspaceTime } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { leaveOutMessage, type PostedMessage } from './leave-out.ts'
import { findQuoted } from './queries.ts'

/** Returns the reason if the message was left out of the conversations. */
export async function receiveMessage(workspace: Workspace, posted: PostedMessage): Promise<Reason | undefined> {
  try {
    return await atomically(workspace, (workspace) => addOrLeaveOut(workspace, posted))
  } catch (error) {
    if (!isRefusal(error)) throw error
    const detail = (error as Error).message
    await atomically(workspace, (workspace) => leaveOutMessage(workspace, posted, 'refused', detail))
    return 'refused'
  }
}

/** Run it in a transaction. @throws what refuses the message */
export async function addOrLeaveOut(workspace: Workspace, posted: PostedMessage): Promise<Reason | undefined> {
  const reason = await addIfReadable(workspace, posted)
  if (reason) await leaveOutMessage(workspace, posted, reason)
  return reason
}

async function addIfReadable(workspace: Workspace, posted: PostedMessage): Promise<Reason | undefined> {
  const message = readMessage(posted.message, posted.contact)
  if (message === 'system_message') {
    const changed = changedUserId(posted.message)
    if (changed) await copyWhatsAppUser(workspace, changed.previous_user_id, changed.user_id)
  }
  if (typeof message === 'string') return message
  const { outcome } = await addMessage(workspace, message, posted)
  return outcome === 'blocked' || outcome === 'unknown_original' ? outcome : undefined
}

/** With `takes_any`, a message is added too whose contact is blocked, or that is about an unknown message. */
export async function addMessage(
  workspace: Workspace,
  message: InboundMessage,
  { phone_number_id }: Pick<PostedMessage, 'phone_number_id'>,
  { takes_any = false } = {},
): Promise<ReceiveResult | { outcome: 'unknown_original' }> {
  const { wamid, at, body, media, sender, changes } = message
  const answered = await answeredBy(workspace, message)
  if (changes?.needs_it && !answered && !takes_any) return { outcome: 'unknown_original' }
  const addressed = answered?.contact_id && (await findCurrentContact(workspace, answered.contact_id))
  const contact = addressed || (await contactByWhatsApp(workspace, { ...sender, phone_number_id }))
  const awaited = media && (await fetchFromMeta(workspace, { ...media, media_id: media.id }))
  const metadata = { ...(media && { whatsapp_media: media }), ...message.metadata }
  const is_theirs = addressed || (answered && !answered.contact_id)
  const received = await receive(workspace, {
    channel: 'whatsapp',
    provider_id: wamid,
    contact: takes_any ? letWrite(contact) : contact,
    body,
    ...(answered && is_theirs && { answers: answered.conversation_id }),
    metadata,
    ...(awaited && { attachments: [awaited] }),
    created_at: workspaceTime(workspace, at),
  })
  const is_added = 'conversation_id' in received
  if (awaited && !is_added) await deleteAttachment(workspace, awaited.file_id)
  return received
}

/**
 * Returns the conversation of the message that this one quotes or changes: of ours with its contact, or one of the sender's
 * own.
 */
async function answeredBy(workspace: Workspace, { quoted, changes, sender }: InboundMessage) {
  const wamid = changes?.wamid ?? quoted
  const ours = wamid === undefined ? undefined : await findQuoted(workspace, wamid, sender)
  if (ours || !changes) return ours
  const own = await findReceived(workspace, 'whatsapp', changes.wamid)
  return own && { conversation_id: own.conversation_id, contact_id: null }
}
