// Detects mail that was written by a program: an answer to it could start an endless exchange with that program.
import { domainOf, readMessageId } from '../addresses.ts'
import { customerOf, type ReceivingWorkspace } from './customer.ts'
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

/** A mail of a contact form comes from our address too, but somebody else wrote it. */
function isOurs(mail: Mail, receiver: ReceivingWorkspace): boolean {
  const { workspace_id, reply_domain, sending_addresses } = receiver
  if (mail.message_id && readMessageId(mail.message_id)?.workspace_id === workspace_id) return true
  const address = mail.from?.address.toLowerCase() ?? ''
  const isSigned = /^(reply|bounce)-/.test(address) && domainOf(address) === reply_domain
  if (isSigned) return true
  return sending_addresses.some((own) => own.toLowerCase() === address) && !customerOf(mail, receiver)
}
