// What Twilio's answer to a message, or its silence, means for the delivery.
import { accountError } from '../account-errors.ts'
import type { Outcome, StatusUpdate } from '../channel.ts'
import { CODES, type Meaning } from './codes.ts'
import type { Answer } from './post.ts'

/**
 * Reads the answer to one message. The code is Twilio's own (`21211`), or `http_502` where the answer holds none. A
 * code that is not in the table counts as its status does.
 */
export function classify({ status, retry_after, text }: Answer): Outcome {
  const resource = read(text)
  const { sid, message } = resource
  const code = digits(resource['code'])
  const isCreated = status >= 200 && status < 300 && typeof sid === 'string' && /^\w{1,64}$/.test(sid)
  // Of what is no answer of Twilio's nothing is kept: a wrong base URL must not show what else is in the network.
  const kept = (isCreated || code) && { answer: text.slice(0, LONGEST_ANSWER) }
  if (isCreated) {
    const then = refusals(resource)
    return { outcome: 'sent', provider_id: sid, ...kept, then }
  }
  if (status < 400) return { outcome: 'retry', code: `http_${status}`, reason: NOT_TWILIO }
  const [meaning, words] = (code && CODES[code]) || [meaningOf(status), unknown(status, code && message)]
  const reason = meaning === 'account' ? accountError(words) : words
  const about = { code: code ?? `http_${status}`, reason, ...kept }
  if (meaning === 'again' || meaning === 'account')
    return { outcome: 'retry', ...about, ...(retry_after && { retry_after: Math.min(retry_after, LONGEST_WAIT) }) }
  return { outcome: 'failed', ...about, ...(meaning === 'opted_out' && { unsubscribe: true }) }
}

const LONGEST_ANSWER = 2_000
/** Seconds: no limit of Twilio's takes longer to pass; whoever says so would have the delivery given up. */
const LONGEST_WAIT = 3_600
const NOT_TWILIO = 'What answered is not Twilio: is the base URL right?'

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
  if (status >= 500 || AGAIN.has(status)) return 'again'
  return ACCOUNT.has(status) ? 'account' : 'never'
}

const AGAIN = new Set([408, 409, 423, 425, 429])
/** Said of whoever asks rather than of the message. */
const ACCOUNT = new Set([401, 402, 403, 404, 405, 407, 451])

/** What is created can have failed already. */
const refusals = ({ status, error_code, error_message }: Record<string, unknown>): StatusUpdate[] =>
  status === 'failed' || status === 'undelivered' || status === 'canceled'
    ? [failure(status, error_code, error_message)]
    : []

/** A message that Twilio had taken and did not deliver; `code` is absent where it does not say why. */
export function failure(status: string, code: unknown, words?: unknown): StatusUpdate {
  const known = digits(code)
  if (!known || known === '0')
    return { status: 'failed', code: `twilio_${status}`, reason: `Twilio gave no reason: ${status}` }
  const said = typeof words === 'string' && words ? words.slice(0, 300) : `Twilio's error ${known}`
  const [meaning, reason] = CODES[known] ?? ['never', said]
  return {
    status: 'failed',
    code: known,
    reason,
    ...(meaning === 'again' && { details: 'A passing fault: the delivery can be retried' }),
    ...(meaning === 'opted_out' && { unsubscribe: true }),
  }
}

/** No answer: whether the message was taken nobody knows, unless a callback tells. */
export function unanswered(error: NodeJS.ErrnoException): Outcome {
  const code = error.code ?? 'error'
  return {
    outcome: 'retry',
    code: `twilio_${code.toLowerCase()}`,
    reason: REASONS[code] ?? `No answer: ${error.message}`,
  }
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens where Twilio should be',
  ECONNRESET: 'The connection broke before Twilio answered',
  EPIPE: 'The connection broke before Twilio answered',
  EAI_AGAIN: 'The name of the server could not be looked up',
  ENOTFOUND: 'There is no server of that name',
  ETIMEDOUT: 'Twilio took too long to answer',
  REFUSED_ADDRESS: "The account's base_url leads to a private address, which the server does not call",
  CLOSED: 'The server stopped before Twilio answered',
}
