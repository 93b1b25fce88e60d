// Receives a WhatsApp message: finds its contact and conversation, and adds it with its media.
import type { Contact } from '#channels/whatsapp/envelope.ts'
import { type InboundMessage, readMessage } from '#channels/whatsapp/inbound.ts'
import type { Pool } from '#db/sql.ts'
import { providedNumber } from '#lib/phone.ts'
import { fetchFromMeta } from '#resources/attachments/attach.ts'
import { deleteAttachment } from '#resources/attachments/queries.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { receive } from '#resources/conversations/inbound.ts'
import { openWorkspace, workspaceTime } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { findQuoted } from './queries.ts'

/**
 * Returns false if the message cannot be read. Each message has its own transaction, so that none waits for another.
 */
export async function receiveMessage(
  sql: Pool,
  workspace_id: string,
  value: unknown,
  contacts: Contact[],
): Promise<boolean> {
  const message = readMessage(value)
  if (message === undefined) return false
  if (message === 'ignored') return true
  const number = providedNumber(`+${message.from}`)
  if (!number) return false
  await atomically(await openWorkspace(sql, workspace_id), (workspace) =>
    add(workspace, message, number, nameOf(message, contacts)),
  )
  return true
}

async function add(workspace: Workspace, message: InboundMessage, number: string, name: string | null): Promise<void> {
  const { wamid, at, body, media, picked, quoted } = message
  const answered = quoted === undefined ? undefined : await findQuoted(workspace, quoted, number)
  const addressed = answered && (await findContact(workspace, answered.contact_id))
  const awaited = media && (await fetchFromMeta(workspace, { ...media, media_id: media.id }))
  const { outcome } = await receive(workspace, {
    channel: 'whatsapp',
    provider_id: wamid,
    contact: addressed ?? (await contactByPhone(workspace, number, name)),
    body,
    ...(answered && addressed && { answers: answered.conversation_id }),
    ...((media || picked) && { metadata: { ...(media && { whatsapp_media: media }), ...(picked && { picked }) } }),
    ...(awaited && { attachments: [awaited] }),
    created_at: workspaceTime(workspace, at),
  })
  const is_added = outcome === 'begun' || outcome === 'replied'
  if (awaited && !is_added) await deleteAttachment(workspace, awaited.file_id)
}

const MAX_NAME = 255

/** Returns the sender's profile name. */
function nameOf({ from }: InboundMessage, contacts: Contact[]): string | null {
  const contact = contacts.find(({ wa_id }) => wa_id === from)
  return contact?.profile?.name?.trim().slice(0, MAX_NAME) || null
}
