// Processes a received mail: a message goes into its conversation with its files, a report to its delivery. Each
// Each mail is taken once, however often it is brought, and wholly or not at all.
import { readMessageId, readSignedAddress } from '#channels/email/addresses.ts'
import { type Contents, withPictures } from '#channels/email/inbound/contents.ts'
import { type Mail, type MailFile, RefusedMail } from '#channels/email/inbound/mail.ts'
import { type Envelope, type InboundMessage, type Meaning, meaningOf } from '#channels/email/inbound/meaning.ts'
import type { ReportedMail } from '#channels/email/inbound/reports.ts'
import type { Pool } from '#db/sql.ts'
import { note, report } from '#delivery/report.ts'
import { type Files, FileTooLarge } from '#files/files.ts'
import { type Links, referenceTo } from '#files/link.ts'
import type { NewFile } from '#resources/attachments/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { claimFile, keepFile } from '#resources/attachments/store.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { lockIdentity } from '#resources/contacts/queries.ts'
import { receive } from '#resources/conversations/inbound.ts'
import { claimReceived, wasReceived } from '#resources/conversations/inbound-queries.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { findFirstAdmin } from '#workspaces/queries.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { findMailAccount, insertConversationMail, listDeliveriesOf } from './queries.ts'
import { placeOf } from './thread.ts'

/** `ignored`: a program wrote it. `known`: it was brought before. `blocked`: its sender is. */
export type Taken =
  | { outcome: 'begun' | 'replied'; conversation_id: string }
  | { outcome: 'reported'; delivery_ids: string[] }
  | { outcome: 'ignored'; reason: string }
  | { outcome: 'known' | 'blocked' }

/** What a mail is taken with: who signs, and where its files go. */
export type Taking = Links & { files: Files }

/** @throws RefusedMail where the mail names nobody who wrote it, or a file of it is larger than files may be. */
export async function receiveMail(
  sql: Pool,
  taking: Taking,
  workspace_id: string,
  mail: Mail,
  envelope: Envelope,
): Promise<Taken> {
  const account = await findMailAccount(sql, workspace_id)
  const meaning = meaningOf(mail, envelope, {
    workspace_id,
    reply_domain: account?.reply_domain ?? '',
    sending_addresses: account?.from ? [account.from] : [],
    secret: taking.secret,
  })
  if (meaning.kind === 'automatic') return { outcome: 'ignored', reason: meaning.why }
  const { id: admin_id } = await findFirstAdmin(sql, workspace_id)
  const workspace = await openWorkspace(sql, workspace_id, admin_id)
  if (meaning.kind === 'report')
    return atomically(workspace, (workspace) => receiveReport(workspace, taking.secret, mail, meaning))
  if (await wasReceived(workspace, 'email', mail.id)) return { outcome: 'known' }
  const files = await keepFiles(workspace_id, taking.files, meaning.contents)
  return atomically(workspace, (workspace) => receiveMessage(workspace, taking, mail, meaning, files))
}

/**
 * What came along, as it lies in the storage; written before the transaction, which waits for nothing but the database.
 */
type KeptFiles = Map<MailFile, NewFile>

async function keepFiles(
  workspace_id: string,
  files: Files,
  { pictures, files: others }: Contents,
): Promise<KeptFiles> {
  const kept: KeptFiles = new Map()
  for (const file of [...pictures, ...others]) {
    const { name, content_type, data: bytes } = file
    kept.set(file, await keepFile(workspace_id, files, { name, content_type, bytes }).catch(refuseTooLarge))
  }
  return kept
}

function refuseTooLarge(error: Error): never {
  if (!(error instanceof FileTooLarge)) throw error
  throw new RefusedMail(`An attachment is too large: ${error.message}`, { is_too_large: true })
}

/** The sender's address is held from the start: the same mail twice at once comes one after the other. */
async function receiveMessage(
  workspace: Workspace,
  links: Links,
  mail: Mail,
  message: InboundMessage,
  files: KeptFiles,
): Promise<Taken> {
  await lockIdentity(workspace, { email: message.from.address })
  if (await wasReceived(workspace, 'email', mail.id)) return { outcome: 'known' }
  const { contact, answers } = await placeOf(workspace, message)
  if (contact.blocked_at) return { outcome: 'blocked' }
  const { subject, recipients, metadata } = message
  const { history, ...written } = await attached(workspace, links, message.contents, files)
  const placed = await receive(workspace, {
    ...{ channel: 'email', provider_id: mail.id, contact, answers, subject, recipients },
    ...written,
    email_message_metadata: { ...metadata, ...(history && { history }) },
  })
  if (!('conversation_id' in placed)) return { outcome: placed.outcome }
  const { outcome, conversation_id } = placed
  if (mail.message_id) await insertConversationMail(workspace, mail.message_id, conversation_id)
  return { outcome, conversation_id }
}

/** Attaches what came along; the HTML then refers to its pictures where they are kept. */
async function attached(
  workspace: Workspace,
  links: Links,
  { body, html, history, pictures, files }: Contents,
  kept: KeptFiles,
) {
  const claim = (file: MailFile) => claimFile(workspace, kept.get(file) as NewFile)
  const addresses = new Map<string, string>()
  for (const picture of pictures) {
    const { file_id } = await claim(picture)
    addresses.set(picture.cid ?? '', referenceTo(links, { workspace_id: workspace.id, file_id }))
  }
  const attachments: Attachment[] = []
  for (const file of files) attachments.push(await claim(file))
  return {
    body,
    ...(html !== null && { html: withPictures(html, addresses) }),
    history: history && withPictures(history, addresses),
    attachments,
  }
}

type Reporting = Extract<Meaning, { kind: 'report' }>

async function receiveReport(
  workspace: Workspace,
  secret: string,
  mail: Mail,
  { reports, delivery_id }: Reporting,
): Promise<Taken> {
  if (!(await claimReceived(workspace, 'email', mail.id))) return { outcome: 'known' }
  const told = new Set<string>()
  const { sql, id: workspace_id } = workspace
  for (const { about, ...change } of reports) {
    for (const meant of await deliveriesMeant(workspace, secret, about, delivery_id)) {
      const delivery = { workspace_id, channel: 'email' as const, delivery_id: meant }
      if ('remark' in change) await note(sql, delivery, change.remark, workspace.now())
      else await report(sql, contactRecords, delivery, change.update, workspace.now())
      told.add(meant)
    }
  }
  return { outcome: 'reported', delivery_ids: [...told] }
}

/** The address that a report came to names one delivery; so does the one that the mail gave. Else its headers tell. */
async function deliveriesMeant(workspace: Workspace, secret: string, about: ReportedMail, delivery_id: string | null) {
  if (delivery_id) return [delivery_id]
  const named = about.return_path ? readSignedAddress(about.return_path, secret) : undefined
  if (named?.workspace_id === workspace.id) return [named.delivery_id]
  const mail = about.message_id ? readMessageId(about.message_id) : undefined
  return mail?.workspace_id === workspace.id ? listDeliveriesOf(workspace, mail, about) : []
}
