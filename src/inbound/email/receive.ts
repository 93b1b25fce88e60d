// Receives a mail: a message goes into a conversation with its files, a report updates the delivery that it is about. A
// repeated mail changes nothing, and a mail is stored completely or not at all.
import { withPictures } from '#channels/email/inbound/contents.ts'
import { type Contents, filesOf, type Mail, type MailFile, RefusedMail } from '#channels/email/inbound/mail.ts'
import { type Meaning, type MessageOfAnyone, meaningOf, NoSender } from '#channels/email/inbound/meaning.ts'
import type { Pool, Sql } from '#db/sql.ts'
import { type Files, FileTooLarge } from '#files/files.ts'
import { type Links, referenceTo } from '#files/link.ts'
import type { NewFile } from '#resources/attachments/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { claimFile, writeUnclaimedFile } from '#resources/attachments/store.ts'
import { createLead } from '#resources/contacts/create.ts'
import { lockIdentity } from '#resources/contacts/queries.ts'
import { receive } from '#resources/conversations/inbound.ts'
import { insertConversationMail, wasReceived } from '#resources/conversations/inbound-queries.ts'
import { noteForwarded } from '#resources/emails/queries.ts'
import { writeRaw } from '#resources/inbound/raw.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { findFirstAdmin } from '#workspaces/queries.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { addForwardNote } from './forward-note.ts'
import { type Incoming, keepDoubtful, leaveOutMail } from './leave-out.ts'
import { findMailAccount, listAdminAddresses } from './queries.ts'
import { receiveReport } from './receive-report.ts'
import { type Thread, threadOf } from './thread.ts'

/**
 * `ignored`: a program wrote it, or it has no sender. `known`: it was received before. `blocked`: its sender is blocked.
 * `left_out_id` is its id in the list of mails that are in no conversation.
 */
export type Received =
  | { outcome: 'begun' | 'replied'; conversation_id: string }
  | { outcome: 'reported'; delivery_ids: string[]; left_out_id?: string }
  | { outcome: 'ignored'; reason: string; left_out_id?: string }
  | { outcome: 'blocked'; left_out_id?: string }
  | { outcome: 'known' }

export type MailServer = Links & { files: Files }

/** @throws RefusedMail if one of its files is too large, or it has no sender and `bounces`. */
export async function receiveMail(
  sql: Pool,
  server: MailServer,
  workspace_id: string,
  posted: Incoming,
): Promise<Received> {
  const incoming = { ...posted, mail: { ...posted.mail, id: posted.mail.received_id } }
  const { mail, envelope } = incoming
  const receiver = await receiverOf(sql, server, workspace_id, mail)
  const { id: admin_id } = await findFirstAdmin(sql, workspace_id)
  const workspace = await openWorkspace(sql, workspace_id, admin_id)
  const leftOut = (reason: Reason) => leaveOutMail(workspace, server.files, incoming, reason)
  const ignored = async (reason: Reason) => ({ outcome: 'ignored' as const, reason, ...(await leftOut(reason)) })

  const meaning = meaningIfAny(mail, envelope, receiver)
  if (meaning instanceof NoSender) {
    if (incoming.bounces) throw meaning
    return ignored('no_sender')
  }
  if (meaning.kind === 'automatic') return ignored(meaning.why)
  if (meaning.kind === 'report') {
    const received = await atomically(workspace, (workspace) => receiveReport(workspace, server.secret, mail, meaning))
    return 'why' in received ? { outcome: 'reported', delivery_ids: [], ...(await leftOut(received.why)) } : received
  }
  if (await wasReceived(workspace, 'email', mail.id)) return { outcome: 'known' }
  const files = await storeFiles(workspace_id, server.files, filesOf(mail))
  const doubtful = mail.doubtful_parts.length ? await writeRaw(workspace, server.files, incoming.raw) : undefined
  const received = await atomically(workspace, async (workspace) => {
    const added = await addMail(workspace, server, mail, meaning, files)
    if (doubtful && 'conversation_id' in added) await keepDoubtful(workspace, incoming, doubtful, added.conversation_id)
    return added
  })
  await noteForwarded(workspace, addressesOf(incoming))
  return received.outcome === 'blocked' ? { ...received, ...(await leftOut('blocked')) } : received
}

/** Returns the addresses that a mail was sent to. */
const addressesOf = ({ mail, envelope }: Incoming): string[] => [
  ...[...mail.to, ...mail.cc].map(({ address }) => address),
  ...envelope.recipients,
]

function meaningIfAny(...mail: Parameters<typeof meaningOf>): Meaning | NoSender {
  try {
    return meaningOf(...mail)
  } catch (error) {
    if (error instanceof NoSender) return error
    throw error
  }
}

/** Returns what decides about a mail to the workspace: its addresses, those of its admins for a forward, and the secret. */
export async function receiverOf(sql: Sql, { secret }: Links, workspace_id: string, { forwarded }: Mail) {
  const account = await findMailAccount(sql, workspace_id)
  return {
    ...{ workspace_id, secret },
    admin_addresses: forwarded ? await listAdminAddresses(sql, workspace_id) : [],
    reply_domain: account?.reply_domain ?? '',
    sending_addresses: account?.from ? [account.from] : [],
  }
}

/** The stored files of a mail. They are written before the transaction, so that it only waits for the database. */
export type StoredFiles = Map<MailFile, NewFile>

export async function storeFiles(
  workspace_id: string,
  files: Files,
  received: Iterable<MailFile>,
): Promise<StoredFiles> {
  const stored: StoredFiles = new Map()
  for (const file of received) {
    const { name, content_type, data: bytes } = file
    stored.set(file, await writeUnclaimedFile(workspace_id, files, { name, content_type, bytes }).catch(refuseTooLarge))
  }
  return stored
}

function refuseTooLarge(error: Error): never {
  if (!(error instanceof FileTooLarge)) throw error
  throw new RefusedMail(`An attachment is too large: ${error.message}`, { is_too_large: true })
}

/**
 * Locks the sender's address first, so that the same mail twice at once is processed one after the other. With
 * `takes_any`, a mail of a blocked contact is added too.
 */
export async function addMail(
  workspace: Workspace,
  links: Links,
  mail: Mail,
  message: MessageOfAnyone,
  files: StoredFiles,
  { takes_any = false } = {},
): Promise<Exclude<Received, { outcome: 'reported' | 'ignored' }>> {
  await lockIdentity(workspace, { email: (message.customer?.mailbox ?? message.from)?.address ?? null })
  if (await wasReceived(workspace, 'email', mail.id)) return { outcome: 'known' }
  const { contact, answers, customer } = await writerIn(workspace, mail, message, takes_any)
  if (contact.blocked_at) return { outcome: 'blocked' }
  const { recipients, metadata } = message
  const forwarded = customer?.forwarded
  const subject = forwarded?.subject || message.subject
  const { history, shown, ...written } = await attached(
    workspace,
    links,
    forwarded?.contents ?? message.contents,
    files,
  )
  const received = await receive(workspace, {
    ...{ channel: 'email', provider_id: mail.id, contact, answers, subject, recipients },
    ...written,
    email_message_metadata: { ...metadata, ...(history && { history }) },
  })
  if (!('conversation_id' in received)) return { outcome: received.outcome }
  const { outcome, conversation_id } = received
  if (mail.message_id) await insertConversationMail(workspace, mail.message_id, conversation_id)
  if (forwarded && message.from) await addForwardNote(workspace, conversation_id, message.from, shown(forwarded.note))
  return { outcome, conversation_id }
}

/** A mail without a sender gets a lead of its own, which cannot be answered. */
const writerIn = async (
  workspace: Workspace,
  { headers }: Mail,
  message: MessageOfAnyone,
  takes_any: boolean,
): Promise<Thread> =>
  message.from
    ? threadOf(workspace, { ...message, from: message.from }, takes_any)
    : { contact: await createLead(workspace, { name: headers.get('from')?.[0]?.slice(0, 255) || null }), answers: null }

/** Claims the stored files, and replaces the pictures in the HTML by references to them; `shown` does so in other HTML. */
async function attached(
  workspace: Workspace,
  links: Links,
  { body, html, history, pictures, files }: Contents,
  stored: StoredFiles,
) {
  const claim = (file: MailFile) => claimFile(workspace, stored.get(file) as NewFile)
  const addresses = new Map<string, string>()
  for (const picture of pictures) {
    const { file_id } = await claim(picture)
    addresses.set(picture.cid ?? '', referenceTo(links, { workspace_id: workspace.id, file_id }))
  }
  const attachments: Attachment[] = []
  for (const file of files) attachments.push(await claim(file))
  const shown = (html: string) => withPictures(html, addresses)
  return { body, ...(html !== null && { html: shown(html) }), history: history && shown(history), attachments, shown }
}
