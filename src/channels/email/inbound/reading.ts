// What is known of a mail before its text is read: whether it answers another mail, and which addresses are ours.
import type { Reading } from './lines.ts'
import type { Mail } from './mail.ts'
import { hasForwardPrefix, hasReplyPrefix } from './mailer-words.ts'

/** Our signed reply addresses, by their form; their signature is checked later. */
const REPLY_ADDRESS = /^reply-[\da-f]+-[\da-f]+@/i

/** `own_addresses`: those that the workspace sends from, and the recipients in the envelope. */
export function readingOf(
  { headers, subject, to, cc }: Pick<Mail, 'headers' | 'subject' | 'to' | 'cc'>,
  own_addresses: readonly string[],
): Reading {
  const own = new Set([...own_addresses, ...[...to, ...cc].map(({ address }) => address)].map((a) => a.toLowerCase()))
  const names = (header: string) => headers.get(header)?.some((value) => value !== '') ?? false
  // What a forward carries below its first words is its content, though its headers name the forwarded mail.
  if (hasForwardPrefix(subject)) return { answers: 'no', own }
  if (names('in-reply-to') || names('references') || [...own].some((address) => REPLY_ADDRESS.test(address)))
    return { answers: 'yes', own }
  return { answers: hasReplyPrefix(subject) ? 'perhaps' : 'no', own }
}
