// Lists a mail that does not become part of a conversation, with the raw mail.
import type { Mail } from '#channels/email/inbound/mail.ts'
import type { Envelope } from '#channels/email/inbound/meaning.ts'
import type { Files } from '#files/files.ts'
import { type LeftOut, leaveOut } from '#resources/inbound/leave-out.ts'
import { findRepeated, markDoubtful } from '#resources/inbound/queries.ts'
import { writeRaw } from '#resources/inbound/raw.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'

/**
 * A mail as received, parsed, and with the envelope of its transport. `bounces`: its sender learns of a refusal, as by
 * SMTP; a service that posts mails drops what is refused.
 */
export type Incoming = { raw: Buffer; mail: Mail; envelope: Envelope; bounces?: boolean }

/**
 * Returns the id of the listed mail; an exact repeat has the same. The mail's id is its `received_id`.
 * @throws ApiError 503 above the day's limit; StorageUnavailable
 */
export async function leaveOutMail(
  workspace: Workspace,
  files: Files,
  { raw, mail, envelope }: Incoming,
  reason: Reason,
): Promise<{ left_out_id?: string }> {
  const known = await findRepeated(workspace, 'email', mail.id)
  if (known) return { left_out_id: known.id }
  const file = await writeRaw(workspace, files, raw)
  const id = await atomically(workspace, (workspace) => leaveOut(workspace, listed({ mail, envelope }, reason, file)))
  return id === undefined ? {} : { left_out_id: id }
}

/**
 * Lists a mail that is in a conversation, but whose text may be wrong. Run it in the transaction that received it. `file` is
 * the raw mail, as `writeRaw` has written it.
 */
export async function keepDoubtful(
  workspace: Workspace,
  incoming: Incoming,
  file: LeftOut['file'],
  conversation_id: string,
): Promise<void> {
  const id = await leaveOut(workspace, listed(incoming, 'doubtful_charset', file))
  if (id !== undefined) await markDoubtful(workspace, id, conversation_id)
}

const listed = (
  { mail, envelope }: Pick<Incoming, 'mail' | 'envelope'>,
  reason: Reason,
  file: LeftOut['file'],
): LeftOut => ({
  ...{ channel: 'email', provider_id: mail.id, reason, file, raw: short(envelope) },
  sender: mail.from?.address ?? mail.headers.get('from')?.[0] ?? null,
  recipients: [...mail.to, ...mail.cc].map(({ address }) => address),
  subject: mail.subject,
  text: mail.text,
})

const MAX_ADDRESS = 1_000

/** The envelope that a service posts can have any length. */
const short = ({ return_path, recipients }: Envelope): Envelope => ({
  return_path: return_path === null ? null : return_path.slice(0, MAX_ADDRESS),
  recipients: recipients.map((address) => address.slice(0, MAX_ADDRESS)),
})
