// Receives what Meta posts, for all workspaces. Only accounts whose app signed the body are updated.
import type { FastifyBaseLogger } from 'fastify'
import type { AccountRow } from '#channel-accounts/rows.ts'
import { secretsOf } from '#channel-accounts/secrets.ts'
import {
  changesIn,
  isOutOfBounds,
  isSigned,
  parseBody,
  readSignature,
  storableChange,
  type WebhookChange,
} from '#channels/whatsapp/envelope.ts'
import { wamidOf } from '#channels/whatsapp/inbound.ts'
import { forbidden, invalid, isRefusal } from '#http/errors.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import type { Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { findAccountsOf } from './queries.ts'
import { receiveMessage } from './receive-message.ts'
import { receiveStatus } from './receive-status.ts'

type WebhookServer = Pick<Server, 'sql' | 'secret'> & { log: Pick<FastifyBaseLogger, 'warn'> }

/** More than any app has, and few enough for one query before the signature is checked. */
const MAX_NUMBERS = 1_000

/**
 * Processes each status and message separately. Repeated ones change nothing, so that Meta can send the whole body
 * again after an error. Messages that cannot be read are left out of the conversations and listed, statuses are logged and
 * skipped: Meta would send them again for days.
 * Unknown numbers are skipped too: one app can serve several servers.
 *
 * @throws ApiError 403 if the body is about an account but no account's app signed it, and 400 if it is not JSON or out of bounds.
 */
export async function receiveWebhook(server: WebhookServer, raw: Buffer, signature_header: unknown): Promise<void> {
  const signature = readSignature(signature_header)
  if (!signature) throw forbidden('X-Hub-Signature-256 must be sha256= and 64 hexadecimal digits')
  if (isOutOfBounds(raw)) throw invalid('The request body is nested too deeply or has too many values')
  const body = parseBody(raw)
  if (body === undefined) throw invalid('The request body is not valid JSON')
  const changes = changesIn(body)
  const numbers = [...new Set(changes.map(({ phone_number_id }) => phone_number_id))]
  if (numbers.length > MAX_NUMBERS) throw invalid('The request body is about too many phone numbers')
  if (!numbers.length) return

  const known = await findAccountsOf(server.sql, numbers)
  const signers = known.filter((account) => hasSigned(server, account, raw, signature))
  if (known.length && !signers.length) throw forbidden('X-Hub-Signature-256 is not the signature of this body')
  for (const change of changes) {
    for (const { workspace_id, key } of signers) {
      if (key === change.phone_number_id) await receiveChange(server, workspace_id, storableChange(change))
    }
  }
}

/** Returns false for an account whose secrets cannot be read. */
function hasSigned({ secret }: WebhookServer, account: AccountRow, raw: Buffer, signature: Buffer): boolean {
  const { app_secret } = secretsOf(secret, account)
  return typeof app_secret === 'string' && isSigned(raw, signature, app_secret)
}

async function receiveChange(
  { sql, secret, log }: WebhookServer,
  workspace_id: string,
  { phone_number_id, statuses, messages, contacts }: WebhookChange,
): Promise<void> {
  for (const status of statuses)
    await logRefusal({ log, workspace_id, status }, () => receiveStatus(sql, secret, workspace_id, status))
  if (!messages.length) return
  const workspace = await openWorkspace(sql, workspace_id)
  for (const message of messages) {
    const reason = await receiveMessage(workspace, { phone_number_id, message, contacts })
    if (reason) logLeftOut({ log, workspace_id }, message, reason)
  }
}

type Logged = Pick<WebhookServer, 'log'> & { workspace_id: string }

/** Logs what an operator may have to look at, without the text of the message. */
function logLeftOut({ log, workspace_id }: Logged, message: unknown, reason: Reason) {
  const problem = PROBLEMS[reason]
  if (problem) log.warn({ workspace_id, wamid: wamidOf(message) }, `WhatsApp: left out a message that ${problem}`)
}

const PROBLEMS: Partial<Record<Reason, string>> = { unreadable: 'cannot be read', refused: 'cannot be stored' }

/** A refused status would be refused each time, so it is skipped. Other errors, such as a lost database, are thrown. */
async function logRefusal({ log, workspace_id, status }: Logged & { status: unknown }, apply: () => Promise<boolean>) {
  const about = { workspace_id, wamid: wamidOf(status) }
  try {
    if (!(await apply())) log.warn(about, 'WhatsApp: skipped a status that cannot be read')
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ ...about, err: error }, 'WhatsApp: skipped a status that cannot be stored')
  }
}
