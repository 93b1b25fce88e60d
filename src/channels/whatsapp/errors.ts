// Meta's error codes: what each means for a delivery, in words for people, and whether it is worth another try.
import { accountError } from '../account-errors.ts'
import type { Outcome, Remark, StatusUpdate } from '../channel.ts'

type Unsent = Exclude<Outcome, { outcome: 'sent' }>

/** An error as it stands in an answer to a send, or in a status that comes later. */
export type MetaError = {
  code?: number
  title?: string
  error_subcode?: number
  message?: string
  is_transient?: boolean
  error_data?: { details?: string }
}

/**
 * `again` is there where another attempt may succeed: after so many seconds at least; `unsubscribe` where the contact
 * wants no more broadcasts. `account`: see `account-errors.ts`.
 */
type Meaning = { reason: string; again?: number; account?: true; unsubscribe?: true }

const NOW = 0
const MINUTE = 60
const HOUR = 60 * MINUTE

/** What somebody has to put right at Meta or in the account, not the message: Meta refuses all alike until then. */
const account = (reason: string): Meaning => ({ reason, account: true })

const TOKEN = account('Meta does not take the access token: it is wrong, expired or withdrawn')
const PERMISSION = account('The access token lacks the permission to send')
const NUMBER = account('Meta knows no such phone_number_id, or the access token may not use it')
/** Of code 100: the object that the path names is not there. */
const NO_SUCH_OBJECT = 33

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes; 200 to 299 are permissions, below. */
const MEANINGS: Record<number, Meaning> = {
  0: TOKEN,
  190: TOKEN,
  3: PERMISSION,
  10: PERMISSION,
  4: { reason: 'The app has made too many calls', again: MINUTE },
  80007: { reason: 'The WhatsApp business account has reached its rate limit', again: MINUTE },
  130429: { reason: 'Too many messages at once for this number', again: NOW },
  100: { reason: 'A parameter is wrong or not known to Meta' },
  131008: { reason: 'A required parameter is missing' },
  131009: { reason: 'The value of a parameter is not valid' },
  368: account('The WhatsApp business account is blocked for a breach of policy'),
  131031: account('The WhatsApp business account is locked'),
  130472: { reason: "The recipient is in an experiment of Meta's and gets no marketing messages" },
  130497: { reason: 'The business may not send to the country of the recipient' },
  131000: { reason: 'Something went wrong at Meta', again: NOW },
  131016: { reason: "A service of Meta's is not available for a while", again: NOW },
  131005: account('Access denied: the token may not send from this number'),
  131021: { reason: 'The recipient is the sender itself' },
  131026: { reason: 'The message cannot be delivered: the number may not be on WhatsApp' },
  131030: { reason: 'The recipient is not among the test numbers of the app' },
  131037: account('The display name of the number is not approved yet'),
  131042: account('The payment method of the WhatsApp business account does not work'),
  131045: account('The sending number is not registered with the Cloud API'),
  131047: { reason: 'More than 24 hours have passed since the contact wrote on WhatsApp: send a template' },
  131048: { reason: 'Held back because people reported or blocked the number: spam limit reached', again: HOUR },
  131056: { reason: 'Too many messages to this recipient in a short time', again: 6 },
  131064: { reason: 'The messaging limit of the number is reached', again: HOUR },
  131049: { reason: 'Held back: the recipient has got enough marketing messages of late', again: 6 * HOUR },
  131050: { reason: 'The recipient stopped marketing messages from this business', unsubscribe: true },
  131051: { reason: 'WhatsApp does not know this type of message' },
  131052: { reason: 'The media could not be downloaded', again: MINUTE },
  131053: { reason: 'The media could not be taken up: its link, its type or its size', again: MINUTE },
  131057: { reason: 'The WhatsApp business account is in maintenance', again: 5 * MINUTE },
  132000: { reason: 'The template has another number of parameters' },
  132001: { reason: 'The template does not exist in that language, or is not approved' },
  132005: { reason: 'The template is too long with these parameters' },
  132007: { reason: "The template breaks a policy of WhatsApp's" },
  132012: { reason: 'A parameter of the template has the wrong format' },
  132015: { reason: 'The template is paused for its low quality' },
  132016: { reason: 'The template is disabled for its low quality' },
  133016: { reason: 'The number was registered too often of late', again: HOUR },
}

const meaningOf = (code: number): Meaning | undefined =>
  MEANINGS[code] ?? (code >= 200 && code <= 299 ? PERMISSION : undefined)

/** Whether it is the account that is wrong, rather than what is asked of it. */
export const isOfAccount = (code: number | undefined): boolean =>
  code !== undefined && meaningOf(code)?.account === true

/** The longest that anybody's Retry-After is believed. */
const DAY = 24 * HOUR

/** A refusal to send. `status` is that of HTTP; `retry_after` what its header asks for; `answer` Meta's own words. */
export function refusal(
  { error, status, retry_after = 0 }: { error: MetaError; status: number; retry_after?: number },
  answer: string,
): Unsent {
  const { code = 0, error_subcode, is_transient = false } = error
  const meaning = code === 100 && error_subcode === NO_SUCH_OBJECT ? NUMBER : meaningOf(code)
  const words = meaning?.account ? blamed(error, meaning) : wordsOf(error, meaning)
  const about = { code: String(code), ...words, answer }
  const mayPass = meaning?.again !== undefined || meaning?.account || is_transient || passes(status)
  if (!mayPass) return { outcome: 'failed', ...about, ...(meaning?.unsubscribe && { unsubscribe: true }) }
  return { outcome: 'retry', ...about, ...wait(Math.max(meaning?.again ?? 0, retry_after)) }
}

/** What HTTP itself calls a passing fault. */
export const passes = (status: number): boolean => status === 429 || status === 408 || status >= 500

export const wait = (seconds: number): { retry_after?: number } =>
  seconds > 0 ? { retry_after: Math.min(seconds, DAY) } : {}

/** A failure that a status tells of. Meta gives no more attempts to what it has once taken. */
export function failure(error: MetaError): StatusUpdate {
  const { code } = error
  const meaning = code === undefined ? undefined : meaningOf(code)
  return {
    status: 'failed',
    ...(code !== undefined && { code: String(code) }),
    ...wordsOf(error, meaning),
    ...(meaning?.unsubscribe && { unsubscribe: true }),
    answer: JSON.stringify(error).slice(0, 2000),
  }
}

/** Our words first: they say what is to be done. */
function blamed({ title, message }: MetaError, { reason }: Meaning): Remark & { reason: string } {
  const details = title || message
  return { reason: accountError(reason), ...(details && { details }) }
}

/** As the status reads of WhatsApp messages show it: the title first, and what Meta says about this very message. */
function wordsOf(error: MetaError, meaning: Meaning | undefined): Remark & { reason: string } {
  const { title, message, error_data } = error
  const reason = title || meaning?.reason || message || 'Message delivery failed'
  const details = error_data?.details || (message === reason ? undefined : message)
  return { reason, ...(details && { details }) }
}
