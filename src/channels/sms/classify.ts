// Classifies Twilio's answer to a message, or a missing answer, as an outcome of the delivery.
import { accountError } from '../account-errors.ts'
import type { Outcome, StatusUpdate } from '../channel.ts'
import { CODES, type Meaning } from './codes.ts'
import type { Answer } from './post.ts'

/**
 * Returns the outcome for the answer to one message. Its code is that of Twilio (`21211`), or `http_502` if the answer
 * has none. For a code that is not in the table the HTTP status decides.
 */
export function classify({ status, retry_after, text }: Answer): Outcome {
  const resource = read(text)
  const { sid, message } = resource
  const code = digits(resource['code'])
  const isCreated = status >= 200 && status < 300 && typeof sid === 'string' && /^\w{1,64}$/.test(sid)
  // An answer that is not from Twilio is not recorded: a wrong base URL must not reveal other servers of the network.
  const recorded = (isCreated || code) && { answer: text.slice(0, MAX_ANSWER) }
  if (isCreated) {
    const then = refusals(resource)
    return { outcome: 'sent', provider_id: sid, ...recorded, then }
  }
  if (status < 400) return { outcome: 'retry', code: `http_${status}`, reason: NOT_TWILIO }
  const [meaning, description] = (code && CODES[code]) || [meaningOf(status), unknown(status, code && message)]
  const reason = meaning === 'account' ? accountError(description) : description
  const about = { code: code ?? `http_${status}`, reason, ...recorded }
  if (meaning === 'retry' || meaning === 'account')
    return { outcome: 'retry', ...about, ...(retry_after && { retry_after: Math.min(retry_after, MAX_WAIT) }) }
  return { outcome: 'failed', ...about, ...(meaning === 'opted_out' && { unsubscribe: true }) }
}

const MAX_ANSWER = 2_000
/** Seconds. All limits of Twilio end earlier, and a longer wait could make the delivery expire. */
const MAX_WAIT = 3_600
const NOT_TWILIO = 'The answer is not from Twilio: is the base URL right?'

const unknown = (status: number, message: unknown) =>
  `Twilio answered ${status}${typeof message === 'string' ? `: ${message.slice(0, 300)}` : ''}`

function read(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const digits = (value: unknown): string | undefined =>
  /^\d{1,6}$/.test(String(value ?? '')) ? String(value) : undefined

function meaningOf(status: number): Meaning {
  if (status >= 500 || TEMPORARY.has(status)) return 'retry'
  return ACCOUNT.has(status) ? 'account' : 'final'
}

const TEMPORARY = new Set([408, 409, 423, 425, 429])
/** Statuses about the account, not about the message. */
const ACCOUNT = new Set([401, 402, 403, 404, 405, 407, 451])

/** A message can already have failed when it is created. */
const refusals = ({ status, error_code, error_message }: Record<string, unknown>): StatusUpdate[] =>
  status === 'failed' || status === 'undelivered' || status === 'canceled'
    ? [failure(status, error_code, error_message)]
    : []

/**
 * Returns the update for a message that Twilio accepted but did not deliver; `code` is absent if it gives no reason.
 */
export function failure(status: string, code: unknown, message?: unknown): StatusUpdate {
  const known = digits(code)
  if (!known || known === '0')
    return { status: 'failed', code: `twilio_${status}`, reason: `Twilio gave no reason: ${status}` }
  const text = typeof message === 'string' && message ? message.slice(0, 300) : `Twilio's error ${known}`
  const [meaning, reason] = CODES[known] ?? ['final', text]
  return {
    status: 'failed',
    code: known,
    reason,
    ...(meaning === 'retry' && { details: 'A temporary error: the delivery can be retried' }),
    ...(meaning === 'opted_out' && { unsubscribe: true }),
  }
}

/** Without an answer it is unknown whether Twilio accepted the message, until a callback arrives. */
export function unanswered(error: NodeJS.ErrnoException): Outcome {
  const code = error.code ?? 'error'
  return {
    outcome: 'retry',
    code: `twilio_${code.toLowerCase()}`,
    reason: REASONS[code] ?? `No answer: ${error.message}`,
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "No server listens at the address of Twilio's API",
  ECONNRESET: 'The connection broke before Twilio answered',
  EPIPE: 'The connection broke before Twilio answered',
  EAI_AGAIN: 'The name of the server could not be looked up',
  ENOTFOUND: 'There is no server with that name',
  ETIMEDOUT: 'Twilio took too long to answer',
  REFUSED_ADDRESS: "The account's base_url is a private address, which the server does not connect to",
  CLOSED: 'The server stopped before Twilio answered',
}
