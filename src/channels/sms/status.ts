// What Twilio's word on a message means for its delivery.
// https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
import type { Status, StatusUpdate } from '../channel.ts'
import { failure } from './classify.ts'
import type { Params } from './signature.ts'

/** Whatever is on its way inside Twilio was taken by it, which is all that `sent` says. */
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

/** What of a callback is kept as Twilio's own words. */
const KEPT = ['MessageStatus', 'SmsStatus', 'ErrorCode', 'ErrorMessage', 'RawDlrDoneDate', 'ChannelStatusMessage']

/** Undefined for a status that says nothing of a message that we sent. */
export function reportOf(params: Params): StatusUpdate | undefined {
  const first = (name: string) => params.get(name)?.[0]
  const word = first('MessageStatus') ?? first('SmsStatus') ?? ''
  const status = STATUSES[word]
  if (!status) return undefined
  const words = new URLSearchParams()
  for (const name of KEPT) if (first(name)) words.set(name, first(name) as string)
  const answer = words.toString().slice(0, 1_000)
  if (status !== 'failed') return { status, answer }
  return { ...failure(word, first('ErrorCode'), first('ErrorMessage')), answer }
}
