// Receives a WhatsApp message: finds its contact and conversation, and adds it with its media.
import type { Contact } from '#channels/whatsapp/envelope.ts'
import { type InboundMessage, readMessage } from '#channels/whatsapp/inbound.ts'
import { isRefusal } from '#http/errors.ts'
import { providedNumber } from '#lib/phone.ts'
import { fetchFromMeta } from '#resources/attachments/attach.ts'
import { deleteAttachment } from '#resources/attachments/queries.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { type ReceiveResult, receive } from '#resources/conversations/inbound.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import { workspaceTime } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { leaveOutMessage } from './leave-out.ts'
import { findQuoted } from './queries.ts'

/**
 * Returns the reason if the message was left out of the conversations. Each message has its own transaction, so that none
 * waits for another.
 */
export async function receiveMessage(
  workspace: Workspace,
  value: unknown,
  contacts: Contact[],
): Promise<Reason | undefined> {
  try {
    return await atomically(workspace, (workspace) => addOrLeaveOut(workspace, value, contacts))
  } catch (error) {
    if (!isRefusal(error)) throw error
    const detail = (error as Error).message
    await atomically(workspace, (workspace) => leaveOutMessage(workspace, value, contacts, 'refused', detail))
    return 'refused'
  }
}

async function addOrLeaveOut(workspace: Workspace, value: unknown, contacts: Contact[]): Promise<Reason | undefined> {
  const reason = await addIfReadable(workspace, value, contacts)
  if (reason) await leaveOutMessage(workspace, value, contacts, reason)
  return reason
}

async function addIfReadable(workspace: Workspace, value: unknown, contacts: Contact[]): Promise<Reason | undefined> {
  const message = readMessage(value)
  if (typeof message === 'string') return message
  const { outcome } = (await addMessage(workspace, message, contacts)) ?? { outcome: 'unreadable' }
  return outcome === 'blocked' || outcome === 'unreadable' ? outcome : undefined
}

/** Returns undefined if the sender's number is none. With `takes_any`, a blocked contact's message is added too. */
export async function addMessage(
  workspace: Workspace,
  message: InboundMessage,
  contacts: Contact[],
  { takes_any = false } = {},
): Promise<ReceiveResult | undefined> {
  const number = providedNumber(`+${message.from}`)
  if (!number) return undefined
  const { wamid, at, body, media, picked, quoted } = message
  const answered = quoted === undefined ? undefined : await findQuoted(workspace, quoted, number)
  const addressed = answered && (await findContact(workspace, answered.contact_id))
  const contact = addressed ?? (await contactByPhone(workspace, number, nameOf(message, contacts)))
  const awaited = media && (await fetchFromMeta(workspace, { ...media, media_id: media.id }))
  const received = await receive(workspace, {
    channel: 'whatsapp',
    provider_id: wamid,
    contact: takes_any ? { ...contact, blocked_at: null } : contact,
    body,
    ...(answered && addressed && { answers: answered.conversation_id }),
    ...((media || picked) && { metadata: { ...(media && { whatsapp_media: media }), ...(picked && { picked }) } }),
    ...(awaited && { attachments: [awaited] }),
    created_at: workspaceTime(workspace, at),
  })
  const is_added = 'conversation_id' in received
  if (awaited && !is_added) await deleteAttachment(workspace, awaited.file_id)
  return received
}

const MAX_NAME = 255

/** Returns the sender's profile name. */
function nameOf({ from }: InboundMessage, contacts: Contact[]): string | null {
  const contact = contacts.find(({ wa_id }) => wa_id === from)
  return contact?.profile?.name?.trim().slice(0, MAX_NAME) || null
}
