// What mail servers write of mail that we sent: it bounced, it waits, it arrived (delivery status notifications, RFC 3464),
// or its reader calls it spam (feedback reports, RFC 5965).
import { verify } from '#lib/sign.ts'
import { storable } from '#lib/text.ts'
import type { Remark, Report } from '../../channel.ts'
import { isDeadAddress } from '../classify.ts'
import { UNSUBSCRIBE } from '../email-of-delivery.ts'
import { addressIn, type Fields, groupsOf } from './fields.ts'
import type { Mail, MailFile } from './mail.ts'

/** Which mail is meant: the addresses that it went to, as far as told, and what is left of its headers. */
export type About = {
  recipients: string[]
  /** The Message-ID of the mail that is reported on. */
  message_id: string | null
  /** Whom its unsubscribe link names, where that is ours. */
  contact_id: string | null
  /** Where it said that bounces go. */
  return_path: string | null
}

/** A report that changes a status, or a word that only belongs in the history. */
export type Word = { about: About } & ({ report: Report } | { remark: Remark })

/** Undefined where the mail is no report; empty where it reports nothing that matters here. */
export function reportIn(mail: Mail, secret: string): Word[] | undefined {
  const [type = ''] = mail.headers.get('content-type') ?? []
  if (!/^multipart\/report\b/i.test(type)) return undefined
  const status = fileOfType(mail, /^message\/(global-)?delivery-status$/)
  if (status) return deliveryWords(status, returnedHeaders(mail), secret)
  const feedback = fileOfType(mail, /^message\/feedback-report$/)
  return feedback ? feedbackWords(feedback, returnedHeaders(mail), secret) : undefined
}

const fileOfType = ({ files }: Mail, type: RegExp) => files.find(({ content_type }) => type.test(content_type))

const textOf = ({ data }: MailFile) => storable(data.subarray(0, 256 * 1024).toString())

function returnedHeaders(mail: Mail): Fields {
  const returned = fileOfType(
    mail,
    /^(message\/(rfc822|global)|text\/rfc822-headers|message\/(global|rfc822)-headers)$/,
  )
  return (returned && groupsOf(textOf(returned))[0]) ?? new Map()
}

function aboutOf(headers: Fields, recipients: (string | null)[], return_path: string | null, secret: string): About {
  const [, signed] = /\/unsubscribe\/([\da-f-]+)/i.exec(headers.get('list-unsubscribe') ?? '') ?? []
  const [, contact_id] = (signed && verify(secret, UNSUBSCRIBE, signed))?.split('.') ?? []
  return {
    recipients: [...new Set(recipients.filter((address) => address !== null))],
    message_id: /<[^<>\s]{1,500}>/.exec(headers.get('message-id') ?? '')?.[0] ?? null,
    contact_id: contact_id ?? null,
    return_path: return_path ?? addressIn(headers.get('return-path')),
  }
}

const MOST_RECIPIENTS = 100

/** The first group is about the message, each other one about one recipient. */
function deliveryWords(file: MailFile, headers: Fields, secret: string): Word[] {
  const groups = groupsOf(textOf(file)).filter((fields) => fields.has('action'))
  return groups.slice(0, MOST_RECIPIENTS).map((fields) => {
    const recipients = [addressIn(fields.get('original-recipient')), addressIn(fields.get('final-recipient'))]
    return { about: aboutOf(headers, recipients, null, secret), ...wordOn(fields) }
  })
}

/**
 * Only `failed` and `delivered` are final. `relayed` and `expanded` mean that nothing more will be heard, `delayed` that
 * it is still tried: all three are worth a line of history.
 */
function wordOn(fields: Fields): { report: Report } | { remark: Remark } {
  const action = (fields.get('action') ?? '').toLowerCase().split(/\s/)[0] ?? ''
  const status = /\d\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0]
  const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^\s*[\w-]+\s*;\s*/, '').slice(0, 2000)
  const server = (fields.get('remote-mta') ?? '').replace(/^\s*[\w-]+\s*;\s*/, '').slice(0, 255)
  const said = {
    code: `dsn_${status ?? action}`,
    ...(diagnostic && { answer: diagnostic }),
  }
  const by = server ? ` by ${server}` : ''
  if (action === 'delivered')
    return { report: { status: 'delivered', ...said, reason: `A mail server reports the mail delivered${by}` } }
  if (action !== 'failed') return { remark: { ...said, reason: `A mail server reports the mail ${action}${by}` } }
  const reason = `The mail bounced${by}: ${diagnostic || status || 'no reason is given'}`.slice(0, 500)
  return { report: { status: 'failed', ...said, reason, ...(isDead(status, diagnostic) && { hard_bounce: true }) } }
}

/** As of an answer to RCPT TO. Mail servers that gave up after days of trying have not learnt that nobody is there. */
function isDead(status: string | undefined, diagnostic: string): boolean {
  const [, reply, enhanced] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?/.exec(diagnostic) ?? []
  const told = status && !/^\d\.0\.0$/.test(status) ? status : enhanced
  if (told?.startsWith('4.')) return false
  return isDeadAddress('RCPT TO', Number(reply ?? 0), told, diagnostic)
}

/** What a report of each type means; all others, such as of viruses, mean nothing for whoever got the mail. */
const FEEDBACK: Record<string, Report> = {
  abuse: { status: 'delivered', code: 'arf_abuse', reason: 'The reader marked it as spam', spam_complaint: true },
  fraud: { status: 'delivered', code: 'arf_fraud', reason: 'The reader reported it as fraud', spam_complaint: true },
  'opt-out': { status: 'delivered', code: 'arf_opt-out', reason: 'The reader asked to be left out' },
}

function feedbackWords(file: MailFile, headers: Fields, secret: string): Word[] {
  const [fields = new Map<string, string>()] = groupsOf(textOf(file))
  const type = (fields.get('feedback-type') ?? '').toLowerCase()
  const report = FEEDBACK[type]
  if (!report) return []
  const recipients = [
    addressIn(fields.get('original-rcpt-to')),
    addressIn(fields.get('removal-recipient')),
    addressIn(headers.get('to')?.match(/[^\s<>,]+@[^\s<>,]+/)?.[0]),
  ]
  const about = aboutOf(headers, recipients, addressIn(fields.get('original-mail-from')), secret)
  return [{ about, report: { ...report, unsubscribe: true } }]
}
