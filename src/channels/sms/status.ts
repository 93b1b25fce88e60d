// Converts a status callback of Twilio to a status update of the delivery.
// https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
import type { Status, StatusUpdate } from '../channel.ts'
import { failure } from './classify.ts'
import type { Params } from './signature.ts'

/** `sent` means that Twilio has the message, so it includes all statuses inside Twilio. */
const STATUSES: Record<string, Exclude<Status, 'queued'>> = {
  accepted: 'sent',
  scheduled: 'sent',
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  partially_delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
}

/** The parameters that are recorded as Twilio's answer. */
const RECORDED = ['MessageStatus', 'SmsStatus', 'ErrorCode', 'ErrorMessage', 'RawDlrDoneDate', 'ChannelStatusMessage']

/** Returns undefined for a status that does not concern a sent message. */
export function statusUpdateOf(params: Params): StatusUpdate | undefined {
  const first = (name: string) => params.get(name)?.[0]
  const twilio_status = first('MessageStatus') ?? first('SmsStatus') ?? ''
  const status = STATUSES[twilio_status]
  if (!status) return undefined
  const recorded = new URLSearchParams()
  for (const name of RECORDED) if (first(name)) recorded.set(name, first(name) as string)
  const answer = recorded.toString().slice(0, 1_000)
  if (status !== 'failed') return { status, answer }
  return { ...failure(twilio_status, first('ErrorCode'), first('ErrorMessage')), answer }
}
