// Classifies an SMTP server's refusal or missing answer: retry, fail the delivery, or also mark the address as dead.
import type { NodemailerError } from 'nodemailer'
import { accountError } from '../account-errors.ts'
import type { Outcome } from '../channel.ts'

type Unsent = Exclude<Outcome, { outcome: 'sent' }>

/**
 * Returns the outcome for the error of one attempt. Its code is that of the server (`smtp_550_5.1.1`) or of the network
 * (`smtp_econnrefused`), or `smtp_auth` if the server refuses the credentials.
 *
 * Only a refusal of this message or this recipient is final. Errors that the operator can fix (credentials, the sender,
 * TLS, a host that is down or blocks us) are retried, so that they lose no message.
 */
export function classify(error: NodemailerError): Unsent {
  const { command = '', responseCode: reply } = error
  const answer = error.response?.slice(0, 2000)
  if (!reply || !answer) return unanswered(error)

  const enhanced = ENHANCED.exec(answer)?.[1]
  const refused = `The mail server refused ${STEPS[command] ?? 'the session'}: ${textOf(answer)}`
  const is_account = AUTHENTICATION.has(reply) || isUnwelcomeSender(command, reply, enhanced)
  const about = {
    code: AUTHENTICATION.has(reply) ? 'smtp_auth' : `smtp_${reply}${enhanced ? `_${enhanced}` : ''}`,
    reason: is_account ? accountError(refused) : refused,
    answer,
  }
  // 503 is about the session, not about the message.
  const final = reply >= 500 && reply !== 503 && command in STEPS && !is_account
  if (!final) return { outcome: 'retry', ...about, ...wait(answer) }
  return { outcome: 'failed', ...about, ...(isDeadAddress(command, reply, enhanced, answer) && { hard_bounce: true }) }
}

// The commands that concern this message; all others set up the session.
const STEPS: Record<string, string> = { 'MAIL FROM': 'the sender', 'RCPT TO': 'the recipient', DATA: 'the message' }
/**
 * The sender belongs to the account, so its refusal is an account error, except for the mail's size. RFC 1870: 552,
 * 5.3.4.
 */
const isUnwelcomeSender = (command: string, reply: number, enhanced = '') =>
  command === 'MAIL FROM' && [550, 551, 553, 554].includes(reply) && !/^5\.[23]\./.test(enhanced)

const AUTHENTICATION = new Set([530, 534, 535, 538])
const ENHANCED = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/
// RFC 3463: bad destination mailbox, system or syntax, moved, null MX, disabled; 5.1.7 to 5.1.9 are about the sender.
const DEAD = /^5\.(?:1\.(?![789]$)\d+|2\.1)$/
const POLICY = /polic|spam|relay|block|blacklist|denied|prohibit|reputation|sender|verif|spf|dkim|dmarc|authenticat/i

/**
 * Returns whether a refusal means that the address does not exist. A refusal of this mail or of us does not count, nor
 * does an unclear one: a living address that is marked as dead gets no more mail.
 */
export function isDeadAddress(command: string, reply: number, enhanced: string | undefined, answer: string): boolean {
  if (command === 'MAIL FROM') return false
  if (enhanced && !enhanced.startsWith('5.0.')) return DEAD.test(enhanced)
  return command === 'RCPT TO' && [550, 551, 553].includes(reply) && !POLICY.test(answer)
}

/**
 * Returns the wait that a server's text asks for ("try again in 5 minutes", "come back in 00:04:58"), at most a day.
 */
function wait(answer: string): { retry_after?: number } {
  const found = WAIT.exec(answer)
  if (!found) return {}
  const [, hours, minutes, seconds, count, unit] = found
  const wanted = count
    ? Number(count) * { s: 1, m: 60, h: 3600 }[unit!.toLowerCase()]!
    : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return { retry_after: Math.min(wanted, 86_400) }
}

const WAIT =
  /\b(?:try|retry|again|back|wait|later|resend)\b[^.\d]{0,40}\b(?:(\d{1,2}):(\d\d):(\d\d)|(\d{1,6}) ?([smh])(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|rs?)?\b)/i

function unanswered({ code, originalCode, command, message }: NodemailerError): Unsent {
  if (code === 'EENVELOPE' && command === 'API')
    return { outcome: 'failed', code: 'smtp_invalid_address', reason: message }
  if (code === 'EAUTH') return { outcome: 'retry', code: 'smtp_auth', reason: accountError(message) }
  const name = originalCode ?? (code === 'EABORT' ? 'ETIMEDOUT' : code) ?? 'error'
  return { outcome: 'retry', code: `smtp_${name.toLowerCase()}`, reason: REASONS[name] ?? message }
}

const REASONS: Record<string, string> = {
  ECONNECTION: 'The mail server closed the connection before it answered',
  ECONNREFUSED: 'No server listens at the address of the mail server',
  ECONNRESET: 'The mail server broke the connection before it answered',
  EDNS: 'The name of the mail server could not be looked up',
  REFUSED_ADDRESS: "The account's mail server has a private address, which the server does not connect to",
  ETIMEDOUT: 'The mail server took too long to answer',
}

/** Returns the server's text without the codes at the start of its lines. */
function textOf(answer: string): string {
  return answer
    .split('\n')
    .map((line) => line.replace(/^\d{3}[ -](?:\d\.\d{1,3}\.\d{1,3}\b)?/, '').trim())
    .filter((line) => line)
    .join(' ')
    .slice(0, 300)
}
