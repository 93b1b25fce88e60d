// What Meta posts, for whichever workspace it is: only what bears the signature of the account's own app is believed.
import type { FastifyBaseLogger } from 'fastify'
import type { AccountRow } from '#channel-accounts/rows.ts'
import { secretsOf } from '#channel-accounts/secrets.ts'
import { changesIn, isSigned, parseBody, readSignature, type WebhookChange } from '#channels/whatsapp/envelope.ts'
import type { Pool } from '#db/sql.ts'
import { forbidden, invalid, isRefusal } from '#http/errors.ts'
import { findAccountsOf } from './queries.ts'
import { takeMessage } from './receive-message.ts'
import { takeStatus } from './receive-status.ts'

export type Taking = { sql: Pool; secret: string; log: Pick<FastifyBaseLogger, 'warn'> }

/** More than any app has, and few enough to look for at once before anybody has shown a signature. */
const MOST_NUMBERS = 1_000

/**
 * Takes what is news to us, each piece by itself: what comes again changes nothing, so that after a failure in the
 * middle Meta may send it all once more. What cannot be read is logged and left, or Meta would send it for days.
 * Numbers that nobody here has are left too: one app may serve several servers.
 *
 * Throws a 403 where the body concerns an account and bears no signature of any; a 400 where it is no JSON.
 */
export async function takeWebhook(taking: Taking, raw: Buffer, signature_header: unknown): Promise<void> {
  const signature = readSignature(signature_header)
  if (!signature) throw forbidden('X-Hub-Signature-256 must be sha256= and 64 hexadecimal digits')
  const body = parseBody(raw)
  if (body === undefined) throw invalid('The request body is not valid JSON')
  const news = changesIn(body)
  const numbers = [...new Set(news.map(({ phone_number_id }) => phone_number_id))]
  if (numbers.length > MOST_NUMBERS) throw invalid('The request body is about too many phone numbers')
  if (!numbers.length) return

  const known = await findAccountsOf(taking.sql, numbers)
  const signers = known.filter((account) => signs(taking, account, raw, signature))
  if (known.length && !signers.length) throw forbidden('X-Hub-Signature-256 is not the signature of this body')
  for (const one of news) {
    for (const { workspace_id, key } of signers) {
      if (key === one.phone_number_id) await takeNews(taking, workspace_id, one)
    }
  }
}

/** An account whose secrets cannot be read signs nothing. */
function signs({ secret }: Taking, account: AccountRow, raw: Buffer, signature: Buffer): boolean {
  const { app_secret } = secretsOf(secret, account)
  return typeof app_secret === 'string' && isSigned(raw, signature, app_secret)
}

async function takeNews(
  taking: Taking,
  workspace_id: string,
  { statuses, messages, contacts }: WebhookChange,
): Promise<void> {
  const { sql, secret } = taking
  for (const status of statuses)
    await takeOne(taking, workspace_id, 'status', status, () => takeStatus(sql, secret, workspace_id, status))
  for (const message of messages)
    await takeOne(taking, workspace_id, 'message', message, () => takeMessage(sql, workspace_id, message, contacts))
}

/** What is refused for what it is would be refused each time; all else, such as a database that is away, may pass. */
async function takeOne(
  { log }: Taking,
  workspace_id: string,
  what: 'status' | 'message',
  news: unknown,
  take: () => Promise<boolean>,
): Promise<void> {
  const wamid = (news as { id?: unknown } | null)?.id
  try {
    if (!(await take())) log.warn({ workspace_id, wamid }, `WhatsApp: a ${what} that cannot be read was left`)
  } catch (error) {
    if (!isRefusal(error)) throw error
    log.warn({ workspace_id, wamid, err: error }, `WhatsApp: a ${what} that cannot be kept was left`)
  }
}
