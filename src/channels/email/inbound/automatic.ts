// Detects mail that was written by a program: an answer to it could start an endless exchange with that program.
import { domainOf, readMessageId } from '../addresses.ts'
import type { Mail } from './mail.ts'

/** The reason why a mail counts as automatic, for the log. */
export type AutomaticReason =
  | 'auto_submitted'
  | 'auto_reply'
  | 'bulk'
  | 'mailing_list'
  | 'empty_return_path'
  | 'mailer_daemon'
  | 'our_own'
  | 'loop'

/** More mail servers than a normal mail passes. */
const MAX_HOPS = 50

/** Header values that mark automatic mail. */
const MARKS: [header: string, value: RegExp, why: AutomaticReason][] = [
  ['auto-submitted', /^(?!no\b)\S/i, 'auto_submitted'],
  ['x-auto-response-suppress', /^(?!none\b)\S/i, 'auto_reply'],
  ['x-autoreply', /^(?!no\b)\S/i, 'auto_reply'],
  ['x-autorespond', /\S/, 'auto_reply'],
  ['x-autoresponder', /\S/, 'auto_reply'],
  ['x-auto-reply-from', /\S/, 'auto_reply'],
  ['precedence', /^auto[-_]?reply\b/i, 'auto_reply'],
  ['list-id', /\S/, 'mailing_list'],
  ['precedence', /^list\b/i, 'mailing_list'],
  ['precedence', /^(bulk|junk)\b/i, 'bulk'],
  ['return-path', /^<\s*>$/, 'empty_return_path'],
]

const DAEMON = /^(mailer-daemon|postmaster|double-bounce)@/i

/** The workspace that received the mail, and the addresses that it sends mail from. */
export type ReceivingWorkspace = { workspace_id: string; reply_domain: string; sending_addresses: string[] }

/**
 * Returns undefined if a person seems to have written the mail. `return_path` is the envelope's sender: empty for mail
 * that must not be answered, null if it is not known.
 */
export function automaticReason(
  mail: Mail,
  return_path: string | null,
  receiver: ReceivingWorkspace,
): AutomaticReason | undefined {
  if (isOurs(mail, receiver)) return 'our_own'
  if ((mail.headers.get('received') ?? []).length > MAX_HOPS) return 'loop'
  const mark = MARKS.find(([header, value]) => mail.headers.get(header)?.some((line) => value.test(line)))
  if (mark) return mark[2]
  if (return_path === '') return 'empty_return_path'
  return DAEMON.test(mail.from?.address ?? '') ? 'mailer_daemon' : undefined
}

function isOurs(
  { message_id, from }: Mail,
  { workspace_id, reply_domain, sending_addresses }: ReceivingWorkspace,
): boolean {
  if (message_id && readMessageId(message_id)?.workspace_id === workspace_id) return true
  const address = from?.address.toLowerCase() ?? ''
  const isSigned = /^(reply|bounce)-/.test(address) && domainOf(address) === reply_domain
  return isSigned || sending_addresses.some((own) => own.toLowerCase() === address)
}
