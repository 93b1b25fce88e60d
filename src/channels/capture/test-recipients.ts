// The sandbox's test recipients: addresses and numbers that give a captured message each possible outcome, so that a
// test can see every status. Messages to all other recipients are delivered.
import type { Outcome, Outgoing, Remark } from '../channel.ts'

type OutcomeOfAttempt = (attempt: number) => Outcome

const sent = (then: Extract<Outcome, { outcome: 'sent' }>['then'] = []): Outcome => ({
  outcome: 'sent',
  provider_id: '',
  then,
})
const delivered = sent([{ status: 'delivered' }])
const failedLater = (remark: Remark) => sent([{ status: 'failed', ...remark }])
const failed = (code: string, reason: string, marks: { hard_bounce?: true; unsubscribe?: true } = {}): Outcome => ({
  outcome: 'failed',
  code,
  reason,
  ...marks,
})
const passing = (code: string, reason: string, retry_after?: number): Outcome => ({
  outcome: 'retry',
  code,
  reason,
  ...(retry_after && { retry_after }),
})

const always =
  (outcome: Outcome): OutcomeOfAttempt =>
  () =>
    outcome
const onceThenDelivered =
  (outcome: Outcome): OutcomeOfAttempt =>
  (attempt) =>
    attempt === 1 ? outcome : delivered

/**
 * By the part after `+` of an email address: `anna+bounced@example.com`. For in-app messages the contact's email
 * counts, if its domain is reserved for examples.
 */
const EMAIL_OUTCOMES: Record<string, OutcomeOfAttempt> = {
  sent: always(sent()),
  delivered: always(delivered),
  read: always(sent([{ status: 'delivered' }, { status: 'read' }])),
  bounced: always(failed('smtp_550_5.1.1', 'The address does not exist', { hard_bounce: true })),
  'bounced-later': always(
    sent([{ status: 'failed', code: 'bounced', reason: 'The address does not exist', hard_bounce: true }]),
  ),
  rejected: always(failed('smtp_554_5.7.1', 'The mail server refused the message')),
  deferred: always(passing('smtp_451_4.3.0', 'The mail server is busy')),
  'deferred-once': onceThenDelivered(passing('smtp_451_4.3.0', 'The mail server is busy')),
  spam: always(sent([{ status: 'delivered', spam_complaint: true }])),
  unsubscribed: always(sent([{ status: 'delivered', unsubscribe: true }])),
}

/** By the last four digits of a number, after 555, as in `+1 202 555 0142`. */
const PHONE_OUTCOMES: Record<string, Record<'sms' | 'whatsapp', OutcomeOfAttempt>> = {
  '0140': both(sent()),
  '0141': both(delivered),
  '0142': both(sent([{ status: 'delivered' }, { status: 'read' }])),
  '0150': {
    sms: always(failedLater({ code: '30003', reason: 'Unreachable destination handset' })),
    whatsapp: always(
      failedLater({
        code: '131026',
        reason: 'Message undeliverable',
        details: 'Recipient phone number not on WhatsApp',
      }),
    ),
  },
  '0151': {
    sms: always(failed('21211', 'Not a valid phone number')),
    whatsapp: always(failed('132001', 'Template does not exist in that language')),
  },
  '0152': {
    sms: always(failed('21610', 'The recipient replied STOP', { unsubscribe: true })),
    whatsapp: always(failed('131050', 'The recipient stopped marketing messages', { unsubscribe: true })),
  },
  '0160': {
    sms: always(passing('30001', 'Queue overflow')),
    whatsapp: always(passing('131016', 'Service unavailable')),
  },
  '0161': {
    sms: onceThenDelivered(passing('20429', 'Too many requests', 1)),
    whatsapp: onceThenDelivered(passing('130429', 'Rate limit hit', 1)),
  },
}

function both(outcome: Outcome): Record<'sms' | 'whatsapp', OutcomeOfAttempt> {
  return { sms: always(outcome), whatsapp: always(outcome) }
}

/** Returns the outcome of this attempt to send a captured message. */
export function outcomeFor({ channel, address, attempt }: Outgoing): Outcome {
  if (channel === 'sms' || channel === 'whatsapp') {
    const [, digits = ''] = /555(\d{4})$/.exec(address) ?? []
    return PHONE_OUTCOMES[digits]?.[channel](attempt) ?? delivered
  }
  return EMAIL_OUTCOMES[tagOf(address)]?.(attempt) ?? delivered
}

/**
 * Domains reserved for examples (RFC 2606 and 6761). In-app is never captured, so a real address is no test recipient.
 */
const RESERVED = /@(.+\.)?(example\.(com|net|org)|example|test|invalid|localhost)$/i

/**
 * Returns the outcome for an in-app test recipient; other recipients: delivered when a messenger fetches the message.
 */
export function inAppOutcomeFor({ contact, attempt }: Outgoing): Outcome {
  const email = contact.email ?? ''
  return (RESERVED.test(email) && EMAIL_OUTCOMES[tagOf(email)]?.(attempt)) || sent()
}

const tagOf = (email: string): string => (/\+([a-z-]+)@[^@]+$/i.exec(email)?.[1] ?? '').toLowerCase()
