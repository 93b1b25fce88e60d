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
import { contactFinder, senderOf } from '#channels/whatsapp/sender.ts'
import { type MessageStatus, readStatus } from '#channels/whatsapp/status.ts'
import { forbidden, invalid, isRefusal } from '#http/errors.ts'
import { lockIdentity } from '#resources/contacts/queries.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import type { Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { inBatches } from './in-batches.ts'
import type { PostedMessage } from './leave-out.ts'
import { findAccountsOf } from './queries.ts'
import { addOrLeaveOut, receiveMessage } from './receive-message.ts'
import { receiveStatus } from './receive-status.ts'

type WebhookServer = Pick<Server, 'sql' | 'secret'> & { log: Pick<FastifyBaseLogger, 'warn'> }

/** More than any app has, and few enough for one query before the signature is checked. */
const MAX_NUMBERS = 1_000

/**
 * Processes statuses and messages in batches. Repeated ones change nothing, so that Meta can send the whole body again
 * after an error. Messages that cannot be read are left out of the conversations and listed, statuses are logged and
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
  for (const { workspace_id, key } of signers) {
    const own = changes.filter(({ phone_number_id }) => phone_number_id === key)
    await receiveChanges(server, workspace_id, own.map(storableChange))
  }
}

/** Returns false for an account whose secrets cannot be read. */
function hasSigned({ secret }: WebhookServer, account: AccountRow, raw: Buffer, signature: Buffer): boolean {
  const { app_secret } = secretsOf(secret, account)
  return typeof app_secret === 'string' && isSigned(raw, signature, app_secret)
}

/** Meta may send a change for each status or message, or one for many. */
async function receiveChanges({ sql, secret, log }: WebhookServer, workspace_id: string, changes: WebhookChange[]) {
  const statuses = changes.flatMap((change) => change.statuses)
  const messages = changes.flatMap(postedIn)
  if (!statuses.length && !messages.length) return
  const workspace = await openWorkspace(sql, workspace_id)
  await receiveStatuses({ log, secret }, workspace, statuses)
  await receiveMessages(log, workspace, messages)
}

function postedIn({ phone_number_id, messages, contacts }: WebhookChange): PostedMessage[] {
  const contactOf = contactFinder(contacts)
  return messages.map((message) => ({ phone_number_id, message, contact: contactOf(message) }))
}

/** How many statements are sent at once: few enough that writing them does not delay other requests. */
const PIPELINED = 10

/** A refused status would be refused each time, so it is skipped. Other errors, such as a lost database, are thrown. */
async function receiveStatuses(
  { log, secret }: Pick<WebhookServer, 'log' | 'secret'>,
  workspace: Workspace,
  values: unknown[],
) {
  const warn = (value: unknown, problem: string, err?: unknown) =>
    log.warn({ workspace_id: workspace.id, wamid: wamidOf(value), err }, `WhatsApp: skipped a status that ${problem}`)
  const readable: MessageStatus[] = []
  for (const value of values) {
    const status = readStatus(value)
    if (status === undefined) warn(value, 'cannot be read')
    else if (status !== 'ignored') readable.push(status)
  }
  await inBatches(workspace, readable, {
    laneOf: ({ wamid }) => wamid,
    async all(workspace, batch) {
      for (let at = 0; at < batch.length; at += PIPELINED) {
        const some = batch.slice(at, at + PIPELINED)
        await Promise.all(some.map((status) => receiveStatus(workspace, secret, status)))
      }
    },
    async alone(status) {
      try {
        await receiveStatus(workspace, secret, status)
      } catch (error) {
        if (!isRefusal(error)) throw error
        warn({ id: status.wamid }, 'cannot be stored', error)
      }
    },
  })
}

/** The log names what an operator may have to look at, without the text of the message. */
async function receiveMessages(log: WebhookServer['log'], workspace: Workspace, messages: PostedMessage[]) {
  const report = ({ message }: PostedMessage, reason: Reason | undefined) => {
    const problem = reason && PROBLEMS[reason]
    if (!problem) return
    log.warn({ workspace_id: workspace.id, wamid: wamidOf(message) }, `WhatsApp: left out a message that ${problem}`)
  }
  await inBatches(workspace, messages, {
    laneOf: ({ message, contact }) => {
      const { number, user_id } = senderOf(message, contact) ?? {}
      return number ?? user_id ?? ''
    },
    async all(workspace, batch) {
      await lockSenders(workspace, batch)
      const reasons: (Reason | undefined)[] = []
      for (const posted of batch) reasons.push(await addOrLeaveOut(workspace, posted))
      workspace.afterCommit(() => {
        for (const [n, posted] of batch.entries()) report(posted, reasons[n])
      })
    },
    alone: async (posted) => report(posted, await receiveMessage(workspace, posted)),
  })
}

/** Locks all senders of a batch in one order, so that two callbacks with the same senders do not deadlock. */
const lockSenders = (workspace: Workspace, batch: readonly PostedMessage[]) =>
  lockIdentity(
    workspace,
    ...batch.flatMap(({ message, contact }) => {
      const sender = senderOf(message, contact)
      return sender ? [{ phone: sender.number, whatsapp_user: sender.user_id }] : []
    }),
  )

const PROBLEMS: Partial<Record<Reason, string>> = { unreadable: 'cannot be read', refused: 'cannot be stored' }
