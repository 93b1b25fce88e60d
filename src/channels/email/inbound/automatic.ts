// Whether a mail was written by a program: an answer to it could be answered by that program, for ever.
import { domainOf, mailNamedBy } from '../addresses.ts'
import type { Mail } from './mail.ts'

/** Why a mail counts as a program's, in one word for the log. */
export type Automatic =
  | 'auto_submitted'
  | 'auto_reply'
  | 'bulk'
  | 'mailing_list'
  | 'empty_return_path'
  | 'mailer_daemon'
  | 'our_own'
  | 'loop'

/** More mail servers than any letter passes. */
const MOST_HOPS = 50

/** By header, the values that tell. */
const TELLING: [header: string, value: RegExp, why: Automatic][] = [
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

/** What of the world outside of the mail has to be known: who received it, and what they send mail as. */
export type Receiver = { workspace_id: string; reply_domain: string; sending_addresses: string[] }

/**
 * Undefined where a person seems to have written it. `return_path` is the envelope's sender: empty for what must not be
 * answered, null where it is not known.
 */
export function automatic(mail: Mail, return_path: string | null, receiver: Receiver): Automatic | undefined {
  if (isOurs(mail, receiver)) return 'our_own'
  if ((mail.headers.get('received') ?? []).length > MOST_HOPS) return 'loop'
  const told = TELLING.find(([header, value]) => mail.headers.get(header)?.some((line) => value.test(line)))
  if (told) return told[2]
  if (return_path === '') return 'empty_return_path'
  return DAEMON.test(mail.from?.address ?? '') ? 'mailer_daemon' : undefined
}

function isOurs({ message_id, from }: Mail, { workspace_id, reply_domain, sending_addresses }: Receiver): boolean {
  if (message_id && mailNamedBy(message_id)?.workspace_id === workspace_id) return true
  const address = from?.address.toLowerCase() ?? ''
  const isSigned = /^(reply|bounce)-/.test(address) && domainOf(address) === reply_domain
  return isSigned || sending_addresses.some((own) => own.toLowerCase() === address)
}
