// What a person wrote on WhatsApp, put where it belongs: from whom, to what, with what came along.
import type { Contact } from '#channels/whatsapp/envelope.ts'
import { type InboundMessage, readMessage } from '#channels/whatsapp/inbound.ts'
import { spellingsOf } from '#channels/whatsapp/numbers.ts'
import type { Pool } from '#db/sql.ts'
import { fetchFromMeta } from '#resources/attachments/attach.ts'
import { deleteAttachment } from '#resources/attachments/queries.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { type ContactRow, findContact, findContactsBy } from '#resources/contacts/queries.ts'
import { receive } from '#resources/conversations/inbound.ts'
import { openWorkspace, workspaceTime } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { findQuoted } from './queries.ts'

/** False where the news cannot be made out. One transaction for each message, so that none waits for another. */
export async function takeMessage(
  sql: Pool,
  workspace_id: string,
  news: unknown,
  contacts: Contact[],
): Promise<boolean> {
  const written = readMessage(news)
  if (written === undefined) return false
  if (written === 'ignored') return true
  const numbers = spellingsOf(written.from)
  if (!numbers.length) return false
  await atomically(await openWorkspace(sql, workspace_id), (workspace) =>
    take(workspace, written, numbers, nameOf(written, contacts)),
  )
  return true
}

async function take(
  workspace: Workspace,
  written: InboundMessage,
  numbers: string[],
  name: string | null,
): Promise<void> {
  const { wamid, at, body, media, picked, quoted } = written
  const answered = quoted === undefined ? undefined : await findQuoted(workspace, quoted, numbers)
  const addressed = answered && (await findContact(workspace, answered.contact_id))
  const awaited = media && (await fetchFromMeta(workspace, { ...media, media_id: media.id }))
  const { outcome } = await receive(workspace, {
    channel: 'whatsapp',
    provider_id: wamid,
    contact: addressed ?? (await contactBehind(workspace, numbers, name)),
    body,
    ...(answered && addressed && { answers: answered.conversation_id }),
    ...((media || picked) && { metadata: { ...(media && { whatsapp_media: media }), ...(picked && { picked }) } }),
    ...(awaited && { attachments: [awaited] }),
    created_at: workspaceTime(workspace, at),
  })
  const is_taken = outcome === 'begun' || outcome === 'replied'
  if (awaited && !is_taken) await deleteAttachment(workspace, awaited.file_id)
}

/** Somebody whom we know under any spelling of the number, or a new lead under the first. */
async function contactBehind(workspace: Workspace, numbers: string[], name: string | null): Promise<ContactRow> {
  for (const number of numbers.length > 1 ? numbers : []) {
    const [known] = await findContactsBy(workspace, 'formatted_phone', number)
    if (known) return known
  }
  return contactByPhone(workspace, numbers[0] as string, name)
}

const LONGEST_NAME = 255

/** As the profile has it. */
function nameOf({ from }: InboundMessage, contacts: Contact[]): string | null {
  const contact = contacts.find(({ wa_id }) => wa_id === from)
  return contact?.profile?.name?.trim().slice(0, LONGEST_NAME) || null
}
