// Sends one WhatsApp message, and says what Meta made of it.
import { retryAfter } from '#lib/retry-after.ts'
import type { EgressPolicy } from '#net/egress.ts'
import type { Outcome, Outgoing } from '../channel.ts'
import { trackerOf } from '../tracker.ts'
import { compose } from './compose.ts'
import { type MetaError, passes, refusal, wait } from './errors.ts'
import { type Answered, call, networkFault } from './graph.ts'

/** `egress`: how far its calls go; anywhere where absent. */
export type MetaAccount = {
  phone_number_id: string
  base_url: string
  access_token: string
  egress?: EgressPolicy | undefined
}

const ANSWER_BYTES = 64 * 1024
const TIMEOUT_MS = 30_000

/**
 * `POST /{phone_number_id}/messages`. Never throws. That Meta takes a message is not yet that it is delivered: statuses
 * tell of that. Where no answer came nobody knows whether it was taken: it is sent again, unless a status comes first.
 */
export async function sendMessage(
  { phone_number_id, base_url, access_token, egress }: MetaAccount,
  secret: string,
  outgoing: Outgoing,
  timeout_ms = TIMEOUT_MS,
): Promise<Outcome> {
  const composed = compose(outgoing, trackerOf(secret, 'whatsapp delivery', outgoing))
  if ('reason' in composed) return { outcome: 'failed', ...composed }
  const url = `${base_url}/${phone_number_id}/messages`
  try {
    const limits = { egress, token: access_token, most_bytes: ANSWER_BYTES, timeout_ms }
    return outcomeOf(await call(url, { json: composed.message, ...limits }))
  } catch (error) {
    return { outcome: 'retry', ...networkFault(error) }
  }
}

type Body = { messages?: { id?: string; message_status?: string }[]; error?: MetaError }

function outcomeOf({ status, headers, bytes }: Answered): Outcome {
  const text = bytes.toString()
  const answer = text.slice(0, 2000)
  const { messages, error } = parse(text)
  const [{ id, message_status = '' } = {}] = messages ?? []
  if (status === 200 && id) return { outcome: 'sent', provider_id: id, answer, ...HELD[message_status] }
  const retry_after = retryAfter(headers['retry-after'])
  if (error) return refusal({ error, status, retry_after }, answer)
  const reason = passes(status)
    ? `Meta answered ${status}`
    : `Something that is not Meta's API answered ${status}: base_url may be wrong`
  return { outcome: 'retry', code: `whatsapp_${status}`, reason, answer, ...wait(retry_after) }
}

/** Taken, but not on its way yet: Meta waits for what people make of the first messages of the template. */
const HELD: Record<string, { code: string; reason: string }> = {
  held_for_quality_assessment: {
    code: 'held_for_quality_assessment',
    reason: 'Meta holds the message until the quality of its template is known',
  },
  paused: { code: 'paused', reason: 'Meta holds the message: its template is paused for its quality' },
}

function parse(text: string): Body {
  try {
    const body = JSON.parse(text)
    return typeof body === 'object' && body !== null ? body : {}
  } catch {
    return {}
  }
}
