// Receives a report of a mail server or of a reader about mail that we sent. Only a signature of ours proves which mail it
// is: anybody can guess the numbers of messages.
import { readMessageId, readSignedAddress } from '#channels/email/addresses.ts'
import type { Mail } from '#channels/email/inbound/mail.ts'
import type { Meaning } from '#channels/email/inbound/meaning.ts'
import type { ReportedMail } from '#channels/email/inbound/reports.ts'
import { addRemark, applyStatusUpdate } from '#delivery/status-update.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { findSurvivor } from '#resources/contacts/merged-queries.ts'
import { claimReceived } from '#resources/conversations/inbound-queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listDeliveriesOf } from './queries.ts'

type Report = Extract<Meaning, { kind: 'report' }>

/** `why`: the report changed nothing, because it is about no delivery, or does not prove which one. */
export type ReceivedReport =
  | { outcome: 'reported'; delivery_ids: string[] }
  | { outcome: 'known' }
  | { why: 'unknown_report' | 'unsigned_report' }

/** Updates the deliveries that the report is about, and their contacts. */
export async function receiveReport(
  workspace: Workspace,
  secret: string,
  mail: Mail,
  { reports, delivery_id }: Report,
): Promise<ReceivedReport> {
  const reported = new Set<string>()
  const changes: (() => PromiseLike<unknown>)[] = []
  let why: 'unknown_report' | 'unsigned_report' = 'unknown_report'
  const { sql, id: workspace_id } = workspace
  for (const { about, ...change } of reports) {
    const { ids, is_unsigned } = await reportedDeliveries(workspace, secret, { ...about, delivery_id })
    if (is_unsigned) why = 'unsigned_report'
    for (const id of ids) {
      const delivery = { workspace_id, channel: 'email' as const, delivery_id: id }
      changes.push(() =>
        'remark' in change
          ? addRemark(sql, delivery, change.remark, workspace.now())
          : applyStatusUpdate(sql, contactRecords, delivery, change.update, workspace.now()),
      )
      reported.add(id)
    }
  }
  if (!reported.size) return { why }
  if (!(await claimReceived(workspace, 'email', mail.id))) return { outcome: 'known' }
  for (const change of changes) await change()
  return { outcome: 'reported', delivery_ids: [...reported] }
}

/**
 * Returns the deliveries that a report proves to be about. A signed bounce address names one. A signed Message-ID names a mail,
 * and the report says which of its recipients; a recipient of the mail knows it too. A signed unsubscribe link names a
 * contact, and then the Message-ID need not be signed.
 */
async function reportedDeliveries(
  workspace: Workspace,
  secret: string,
  { delivery_id, return_path, message_id, recipients, contact_id }: ReportedMail & { delivery_id: string | null },
): Promise<{ ids: string[]; is_unsigned?: boolean }> {
  if (delivery_id) return { ids: [delivery_id] }
  const address = return_path ? readSignedAddress(return_path, secret) : undefined
  if (address?.kind === 'bounce' && address.workspace_id === workspace.id) return { ids: [address.delivery_id] }
  const mail = message_id ? readMessageId(message_id, secret) : undefined
  if (!message_id || mail?.workspace_id !== workspace.id) return { ids: [] }
  const contact = contact_id === null ? undefined : await findSurvivor(workspace.sql, workspace.id, contact_id)
  const who = { recipients, contact_id: contact?.id ?? null }
  return { ids: await listDeliveriesOf(workspace, { ...mail, message_id }, who), is_unsigned: !mail.is_signed }
}
