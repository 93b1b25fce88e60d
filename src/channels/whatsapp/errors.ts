// Meta's error codes: their reasons in plain words, and whether the delivery is retried.
import { accountError } from '../account-errors.ts'
import type { Outcome, Remark, StatusUpdate } from '../channel.ts'

type Unsent = Exclude<Outcome, { outcome: 'sent' }>

/** An error in the answer to a send, or in a later status. */
export type MetaError = {
  code?: number
  title?: string
  error_subcode?: number
  message?: string
  is_transient?: boolean
  error_data?: { details?: string }
}

/**
 * `retry_after`: a retry can succeed, after at least this many seconds. `unsubscribe`: the contact wants no more
 * broadcasts. `account`: see `account-errors.ts`.
 */
type Meaning = { reason: string; retry_after?: number; account?: true; unsubscribe?: true }

const NOW = 0
const MINUTE = 60
const HOUR = 60 * MINUTE

/** An error that has to be fixed at Meta or in the account: until then Meta refuses every message. */
const account = (reason: string): Meaning => ({ reason, account: true })

const TOKEN = account('Meta does not accept the access token: it is wrong, expired or revoked')
const PERMISSION = account('The access token lacks the permission to send')
const NUMBER = account('Meta does not know this phone_number_id, or the access token cannot use it')
/** The subcode of code 100 for a missing object in the path. */
const NO_SUCH_OBJECT = 33

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes; 200 to 299 are permissions, below. */
const MEANINGS: Record<number, Meaning> = {
  0: TOKEN,
  190: TOKEN,
  3: PERMISSION,
  10: PERMISSION,
  4: { reason: 'The app has made too many calls', retry_after: MINUTE },
  80007: { reason: 'The WhatsApp business account has reached its rate limit', retry_after: MINUTE },
  130429: { reason: 'Too many messages at once for this number', retry_after: NOW },
  100: { reason: 'A parameter is wrong or unknown to Meta' },
  131008: { reason: 'A required parameter is missing' },
  131009: { reason: 'The value of a parameter is not valid' },
  368: account('The WhatsApp business account is blocked for a breach of policy'),
  131031: account('The WhatsApp business account is locked'),
  130472: { reason: "The recipient is in an experiment of Meta's and gets no marketing messages" },
  130497: { reason: 'The business is not allowed to send to the country of the recipient' },
  131000: { reason: 'Something went wrong at Meta', retry_after: NOW },
  131016: { reason: "A service of Meta's is temporarily unavailable", retry_after: NOW },
  131005: account('Access denied: the token cannot send from this number'),
  131021: { reason: 'The recipient is the sender itself' },
  131026: { reason: 'The message cannot be delivered: the number may not be on WhatsApp' },
  131030: { reason: 'The recipient is not among the test numbers of the app' },
  131037: account('The display name of the number is not approved yet'),
  131042: account('The payment method of the WhatsApp business account does not work'),
  131045: account('The sending number is not registered with the Cloud API'),
  131047: { reason: 'More than 24 hours have passed since the contact wrote on WhatsApp: send a template' },
  131048: {
    reason: 'Not delivered because people reported or blocked the number: spam limit reached',
    retry_after: HOUR,
  },
  131056: { reason: 'Too many messages to this recipient in a short time', retry_after: 6 },
  131062: { reason: 'A template with a one-time password needs a phone number, and WhatsApp withholds this one' },
  131064: { reason: 'The messaging limit of the number is reached', retry_after: HOUR },
  131049: {
    reason: 'Not delivered: the recipient has recently received enough marketing messages',
    retry_after: 6 * HOUR,
  },
  131050: { reason: 'The recipient stopped marketing messages from this business', unsubscribe: true },
  131051: { reason: 'WhatsApp does not know this type of message' },
  131052: { reason: 'The media could not be downloaded', retry_after: MINUTE },
  131053: { reason: 'The media could not be uploaded: its link, type or size is wrong', retry_after: MINUTE },
  131057: { reason: 'The WhatsApp business account is in maintenance', retry_after: 5 * MINUTE },
  132000: { reason: 'The number of parameters is not that of the template' },
  132001: { reason: 'The template does not exist in that language, or is not approved' },
  132005: { reason: 'The template is too long with these parameters' },
  132007: { reason: "The template breaks a policy of WhatsApp's" },
  132012: { reason: 'A parameter of the template has the wrong format' },
  132015: { reason: 'The template is paused because of its low quality' },
  132016: { reason: 'The template is disabled because of its low quality' },
  133016: { reason: 'The number was recently registered too often', retry_after: HOUR },
}

const meaningOf = (code: number): Meaning | undefined =>
  MEANINGS[code] ?? (code >= 200 && code <= 299 ? PERMISSION : undefined)

/** Returns whether an error is one of the account, not of the request. */
export const isAccountError = (code: number | undefined): boolean =>
  code !== undefined && meaningOf(code)?.account === true

/** The longest Retry-After that is used. */
const DAY = 24 * HOUR

/** Returns the outcome of a refused send. `status` and `retry_after` are those of HTTP; `answer` is Meta's own text. */
export function refusal(
  { error, status, retry_after = 0 }: { error: MetaError; status: number; retry_after?: number },
  answer: string,
): Unsent {
  const { code = 0, error_subcode, is_transient = false } = error
  const meaning = code === 100 && error_subcode === NO_SUCH_OBJECT ? NUMBER : meaningOf(code)
  const remark = meaning?.account ? accountRemark(error, meaning) : remarkOf(error, meaning)
  const about = { code: String(code), ...remark, answer }
  const isRetried = meaning?.retry_after !== undefined || meaning?.account || is_transient || isTransient(status)
  if (!isRetried) return { outcome: 'failed', ...about, ...(meaning?.unsubscribe && { unsubscribe: true }) }
  return { outcome: 'retry', ...about, ...wait(Math.max(meaning?.retry_after ?? 0, retry_after)) }
}

/** Returns whether an HTTP status is a temporary error. */
export const isTransient = (status: number): boolean => status === 429 || status === 408 || status >= 500

export const wait = (seconds: number): { retry_after?: number } =>
  seconds > 0 ? { retry_after: Math.min(seconds, DAY) } : {}

/** Returns the update for a failed status. Meta does not retry a message that it has accepted. */
export function failure(error: MetaError): StatusUpdate {
  const { code } = error
  const meaning = code === undefined ? undefined : meaningOf(code)
  return {
    status: 'failed',
    ...(code !== undefined && { code: String(code) }),
    ...remarkOf(error, meaning),
    ...(meaning?.unsubscribe && { unsubscribe: true }),
    answer: JSON.stringify(error).slice(0, 2000),
  }
}

/** Our reason comes first, because it says what to do. */
function accountRemark({ title, message }: MetaError, { reason }: Meaning): Remark & { reason: string } {
  const details = title || message
  return { reason: accountError(reason), ...(details && { details }) }
}

/**
 * As in the status reads of WhatsApp messages: the title as the reason, and Meta's text about this message as details.
 */
function remarkOf(error: MetaError, meaning: Meaning | undefined): Remark & { reason: string } {
  const { title, message, error_data } = error
  const reason = title || meaning?.reason || message || 'Message delivery failed'
  const details = error_data?.details || (message === reason ? undefined : message)
  return { reason, ...(details && { details }) }
}
