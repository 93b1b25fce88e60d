// Makes the form that creates a message at Twilio.
// https://www.twilio.com/docs/messaging/api/message-resource
import { looksPublic } from '#net/addresses.ts'
import type { Outgoing } from '../channel.ts'
import type { AccountOptions } from '../provider.ts'
import { trackerOf } from '../tracker.ts'
import { smsText } from './text.ts'

/** `base_url` is the URL of Twilio's API. */
export type Sender = { from?: string; messaging_service_sid?: string; base_url: string }

export const messageForm = async (
  outgoing: Outgoing,
  { from, messaging_service_sid, base_url }: Sender,
  options: AccountOptions,
): Promise<Record<string, string>> => ({
  To: outgoing.address,
  ...(from && { From: from }),
  ...(messaging_service_sid && { MessagingServiceSid: messaging_service_sid }),
  Body: await smsText(outgoing),
  ...(canReceiveCallbacks(options.public_url, base_url) && { StatusCallback: callbackUrl(outgoing, options) }),
})

/** The URL names the attempt, so that a callback finds its delivery. */
const callbackUrl = (outgoing: Outgoing, { public_url, secret }: AccountOptions) =>
  `${public_url}/webhooks/twilio/status?delivery=${trackerOf(secret, 'twilio delivery', outgoing)}`

/**
 * Twilio refuses messages with an unreachable callback URL. A server without a public address therefore sends none, and
 * its deliveries stay at `sent`.
 */
const canReceiveCallbacks = (public_url: string, base_url: string): boolean =>
  !isPublic(base_url) || isPublic(public_url)

const isPublic = (url: string): boolean => looksPublic(URL.parse(url)?.hostname ?? '')
