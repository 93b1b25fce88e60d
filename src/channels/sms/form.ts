// A delivery as Twilio takes it: the form that creates a message. https://www.twilio.com/docs/messaging/api/message-resource
import { sign, verify } from '#lib/sign.ts'
import type { Outgoing } from '../channel.ts'
import type { Surroundings } from '../provider.ts'
import { smsText } from './text.ts'

/** `base_url` is where Twilio is. */
export type Sender = { from?: string; messaging_service_sid?: string; base_url: string }

/** What the address that Twilio calls back is signed for: the attempt at a delivery that it tells of. */
const DELIVERY = 'twilio delivery'

export type Tracked = { workspace_id: string; delivery_id: string; attempt: number }

/** Undefined where the text is none of ours. */
export function readTracker(secret: string, tracker: string): Tracked | undefined {
  const [workspace_id, delivery_id, attempt] = verify(secret, DELIVERY, tracker)?.split('.') ?? []
  if (!workspace_id || !delivery_id) return undefined
  return { workspace_id, delivery_id, attempt: Number(attempt) }
}

export const messageForm = (
  outgoing: Outgoing,
  { from, messaging_service_sid, base_url }: Sender,
  surroundings: Surroundings,
): Record<string, string> => ({
  To: outgoing.address,
  ...(from && { From: from }),
  ...(messaging_service_sid && { MessagingServiceSid: messaging_service_sid }),
  Body: smsText(outgoing),
  ...(isHeard(surroundings.public_url, base_url) && { StatusCallback: callbackUrl(outgoing, surroundings) }),
})

const callbackUrl = ({ workspace_id, id, attempt }: Outgoing, { public_url, secret }: Surroundings) =>
  `${public_url}/webhooks/twilio/status?delivery=${sign(secret, DELIVERY, `${workspace_id}.${id}.${attempt}`)}`

/**
 * Twilio refuses messages whose callbacks could not reach us. So a server without a public address asks for none: it
 * learns that its messages were sent, and no more.
 */
const isHeard = (public_url: string, base_url: string): boolean => isPrivate(base_url) || !isPrivate(public_url)

/** Addresses that only this machine or its network reaches: loopback, private ranges, names without a dot. */
const isPrivate = (url: string): boolean => PRIVATE.test(URL.parse(url)?.hostname ?? '')
const PRIVATE = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[|[^.]*$)/
