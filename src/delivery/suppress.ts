// Which accepted messages are not sent, because of the contact's state at the time of sending, or because they were redacted.
import type { Outcome, Outgoing } from '#channels/channel.ts'

type Suppressed = Extract<Outcome, { outcome: 'failed' }>

const because = (code: string, reason: string): Suppressed => ({ outcome: 'failed', code, reason })

/** The codes of deliveries that were never given to a provider. */
export const SUPPRESSION_CODES = ['redacted', 'blocked', 'hard_bounced', 'unsubscribed', 'opted_out']

export const REDACTED = because('redacted', 'The message was redacted')

/** How long WhatsApp allows free text after a person last wrote. */
const WINDOW_MS = 24 * 60 * 60 * 1000

/**
 * Returns why this delivery must not be sent, or undefined. An email to one recipient is sent although they unsubscribed,
 * as Intercom does with manual messages; one to several is a group email, and so is one with a subscription type: it is not
 * sent to those who unsubscribed. In the same way, an opt-out on WhatsApp stops broadcasts, but not single messages such as a shipping notice.
 */
export function suppressed(outgoing: Outgoing, now = new Date()): Suppressed | undefined {
  const { channel, contact, to, cc, recipient_type, broadcast_id, subscription } = outgoing
  if (outgoing.redacted) return REDACTED
  if (contact.blocked) return because('blocked', 'The contact is blocked')
  if (channel === 'email') {
    const isGroup = to.length + cc.length > 1 || recipient_type === 'bcc'
    if (contact.has_hard_bounced) return because('hard_bounced', 'An earlier email to this address bounced for good')
    if ((isGroup || subscription) && contact.unsubscribed_from_emails)
      return because('unsubscribed', 'The contact unsubscribed from emails')
  }
  if (channel === 'sms' && contact.unsubscribed_from_sms) return because('opted_out', 'The contact opted out of SMS')
  if (subscription && !subscription.is_wanted)
    return because('opted_out', `The contact does not get messages of the subscription type ${subscription.name}`)
  if (channel === 'whatsapp' && broadcast_id && contact.unsubscribed_from_whatsapp)
    return because('opted_out', 'The contact opted out of broadcasts on WhatsApp')
  if (channel === 'whatsapp' && !mayBeFreeText(outgoing, now))
    return because('131047', 'More than 24 hours have passed since the contact wrote on WhatsApp: send a template')
}

const mayBeFreeText = ({ part_id, last_written_at }: Outgoing, now: Date): boolean =>
  part_id === null || (last_written_at !== null && now.getTime() - last_written_at.getTime() < WINDOW_MS)
