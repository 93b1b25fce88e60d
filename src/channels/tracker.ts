// Which attempt at which delivery a provider speaks of: a text that goes out with the message, comes back in each word on
// it, and that nobody else can make.
import { sign, verify } from '#lib/sign.ts'
import type { Outgoing } from './channel.ts'

export type Tracked = { workspace_id: string; delivery_id: string; attempt: number }

/** A tracker of one provider's means nothing when it comes from another. */
type Purpose = 'twilio delivery' | 'whatsapp delivery'

export const trackerOf = (secret: string, purpose: Purpose, { workspace_id, id, attempt }: Outgoing): string =>
  sign(secret, purpose, `${workspace_id}.${id}.${attempt}`)

/** Undefined where the text is none of ours. */
export function readTracker(secret: string, purpose: Purpose, tracker: string): Tracked | undefined {
  const [workspace_id, delivery_id, attempt] = verify(secret, purpose, tracker)?.split('.') ?? []
  if (!workspace_id || !delivery_id) return undefined
  return { workspace_id, delivery_id, attempt: Number(attempt) }
}
