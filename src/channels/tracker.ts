// Trackers: a signed text that names an attempt of a delivery. It is sent with the message, and the provider returns it
// in each status callback.
import { sign, verify } from '#lib/sign.ts'
import type { Outgoing } from './channel.ts'

export type Tracked = { workspace_id: string; delivery_id: string; attempt: number }

/** A tracker of one provider is not valid in a callback of another. */
type Purpose = 'twilio delivery' | 'whatsapp delivery'

export const trackerOf = (secret: string, purpose: Purpose, { workspace_id, id, attempt }: Outgoing): string =>
  sign(secret, purpose, `${workspace_id}.${id}.${attempt}`)

/** Returns undefined if the signature is wrong. */
export function readTracker(secret: string, purpose: Purpose, tracker: string): Tracked | undefined {
  const [workspace_id, delivery_id, attempt] = verify(secret, purpose, tracker)?.split('.') ?? []
  if (!workspace_id || !delivery_id) return undefined
  return { workspace_id, delivery_id, attempt: Number(attempt) }
}
