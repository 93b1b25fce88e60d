// Reads reports about mail that we sent: delivery status notifications (RFC 3464) of bounces, delays and deliveries,
// and feedback reports (RFC 5965) of readers who mark it as spam.
import { verify } from '#lib/sign.ts'
import { storable } from '#lib/text.ts'
import type { Remark, StatusUpdate } from '../../channel.ts'
import { isDeadAddress } from '../classify.ts'
import { UNSUBSCRIBE } from '../email-of-delivery.ts'
import { addressIn, type Fields, groupsOf } from './fields.ts'
import type { Mail, MailFile } from './mail.ts'

/** The workspace that receives the report, and the secret of all signatures. */
type Signer = { workspace_id: string; secret: string }

/**
 * The mail that a report is about: its recipients, if they are named, and fields of its returned headers. All that is not
 * signed is only said.
 */
export type ReportedMail = {
  recipients: string[]
  message_id: string | null
  /** The contact in its unsubscribe link, if this workspace signed the link. */
  contact_id: string | null
  /** Its address for bounces. */
  return_path: string | null
}

/** A status update, or a remark that only goes into the history. */
export type MailReport = { about: ReportedMail } & ({ update: StatusUpdate } | { remark: Remark })

/** Returns undefined if the mail is not a report, and an empty list if it reports nothing relevant. */
export function readReports(mail: Mail, receiver: Signer): MailReport[] | undefined {
  const [type = ''] = mail.headers.get('content-type') ?? []
  if (!/^multipart\/report\b/i.test(type)) return undefined
  const status = fileOfType(mail, /^message\/(global-)?delivery-status$/)
  if (status) return deliveryReports(status, returnedHeaders(mail), receiver)
  const feedback = fileOfType(mail, /^message\/feedback-report$/)
  return feedback ? feedbackReports(feedback, returnedHeaders(mail), receiver) : undefined
}

/** Returns the reports in the fields of any part, whatever its type says; none if there are no such fields. */
export function machineReports(mail: Mail, receiver: Signer): MailReport[] {
  const parts = [...mail.files.filter(({ data }) => data.length < MAX_MACHINE_PART), ...textPart(mail)]
  const part = parts.find((file) => groupsOf(textOf(file)).some(isAboutRecipient))
  return part ? deliveryReports(part, returnedHeaders(mail), receiver) : []
}

const MAX_MACHINE_PART = 100_000

const isAboutRecipient = (fields: Fields): boolean =>
  fields.has('action') && (fields.has('final-recipient') || fields.has('original-recipient') || fields.has('status'))

const textPart = ({ text }: Mail): MailFile[] =>
  text === null ? [] : [{ name: '', content_type: 'text/plain', cid: null, data: Buffer.from(text) }]

const fileOfType = ({ files }: Mail, type: RegExp) => files.find(({ content_type }) => type.test(content_type))

const textOf = ({ data }: MailFile) => storable(data.subarray(0, 256 * 1024).toString())

function returnedHeaders(mail: Mail): Fields {
  const returned = fileOfType(
    mail,
    /^(message\/(rfc822|global)|text\/rfc822-headers|message\/(global|rfc822)-headers)$/,
  )
  return (returned && groupsOf(textOf(returned))[0]) ?? new Map()
}

function reportedMail(
  headers: Fields,
  recipients: (string | null)[],
  return_path: string | null,
  receiver: Signer,
): ReportedMail {
  const [, signed] = /\/unsubscribe\/([\da-f-]+)/i.exec(headers.get('list-unsubscribe') ?? '') ?? []
  const [workspace_id, contact_id] = (signed && verify(receiver.secret, UNSUBSCRIBE, signed))?.split('.') ?? []
  return {
    recipients: [...new Set(recipients.filter((address) => address !== null))],
    message_id: /<[^<>\s]{1,500}>/.exec(headers.get('message-id') ?? '')?.[0] ?? null,
    contact_id: (workspace_id === receiver.workspace_id && contact_id) || null,
    return_path: return_path ?? addressIn(headers.get('return-path')),
  }
}

const MAX_RECIPIENTS = 100

/** The first group of fields is about the message, each other one about one recipient. */
function deliveryReports(file: MailFile, headers: Fields, receiver: Signer): MailReport[] {
  const groups = groupsOf(textOf(file)).filter((fields) => fields.has('action'))
  return groups.slice(0, MAX_RECIPIENTS).map((fields) => {
    const recipients = [addressIn(fields.get('original-recipient')), addressIn(fields.get('final-recipient'))]
    return { about: reportedMail(headers, recipients, null, receiver), ...updateOrRemark(fields) }
  })
}

/**
 * Only `failed` and `delivered` are final. `relayed` and `expanded` mean that no further report will come, `delayed`
 * that delivery is still tried: these three only go into the history.
 */
function updateOrRemark(fields: Fields): { update: StatusUpdate } | { remark: Remark } {
  const action = (fields.get('action') ?? '').toLowerCase().split(/\s/)[0] ?? ''
  const status = /\d\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0]
  const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^\s*[\w-]+\s*;\s*/, '').slice(0, 2000)
  const server = (fields.get('remote-mta') ?? '').replace(/^\s*[\w-]+\s*;\s*/, '').slice(0, 255)
  const about = {
    code: `dsn_${status ?? action}`,
    ...(diagnostic && { answer: diagnostic }),
  }
  const by = server ? ` by ${server}` : ''
  if (action === 'delivered')
    return { update: { status: 'delivered', ...about, reason: `A mail server reports the mail delivered${by}` } }
  if (action !== 'failed') return { remark: { ...about, reason: `A mail server reports the mail ${action}${by}` } }
  const reason = `The mail bounced${by}: ${diagnostic || status || 'no reason is given'}`.slice(0, 500)
  return { update: { status: 'failed', ...about, reason, ...(isDead(status, diagnostic) && { hard_bounce: true }) } }
}

/** Judges as for an answer to RCPT TO. A server that gave up after days of retries does not prove a dead address. */
export function isDead(status: string | undefined, diagnostic: string): boolean {
  const [, reply, enhanced] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?/.exec(diagnostic) ?? []
  const code = status && !/^\d\.0\.0$/.test(status) ? status : enhanced
  if (code?.startsWith('4.')) return false
  return isDeadAddress('RCPT TO', Number(reply ?? 0), code, diagnostic)
}

/** The update for each type of feedback. Other types, such as virus reports, do not concern the recipient. */
const FEEDBACK: Record<string, StatusUpdate> = {
  abuse: { status: 'delivered', code: 'arf_abuse', reason: 'The reader marked it as spam', spam_complaint: true },
  fraud: { status: 'delivered', code: 'arf_fraud', reason: 'The reader reported it as fraud', spam_complaint: true },
  'opt-out': { status: 'delivered', code: 'arf_opt-out', reason: 'The reader opted out' },
}

function feedbackReports(file: MailFile, headers: Fields, receiver: Signer): MailReport[] {
  const [fields = new Map<string, string>()] = groupsOf(textOf(file))
  const type = (fields.get('feedback-type') ?? '').toLowerCase()
  const update = FEEDBACK[type]
  if (!update) return []
  const recipients = [
    addressIn(fields.get('original-rcpt-to')),
    addressIn(fields.get('removal-recipient')),
    addressIn(
      headers
        .get('to')
        ?.slice(0, 1000)
        .match(/[^\s<>,]+@[^\s<>,]+/)?.[0],
    ),
  ]
  const about = reportedMail(headers, recipients, addressIn(fields.get('original-mail-from')), receiver)
  return [{ about, update: { ...update, unsubscribe: true } }]
}
