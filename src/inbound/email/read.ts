// Parses a received mail for the workspaces that receive it.
import { type Mail, readMail } from '#channels/email/inbound/mail.ts'
import type { Envelope } from '#channels/email/inbound/meaning.ts'
import type { Sql } from '#db/sql.ts'
import { listSendingAddresses } from './queries.ts'

/**
 * The addresses of the workspaces, and those that the mail was sent to, show what it quotes.
 * @throws RefusedMail, TaskRefused as `readMail`
 */
export async function readMailFor(
  sql: Sql,
  workspace_ids: string[],
  raw: Buffer,
  { recipients }: Envelope,
  charset?: string,
): Promise<Mail> {
  return readMail(raw, charset, [...(await listSendingAddresses(sql, workspace_ids)), ...recipients])
}
