// Sends one WhatsApp message, and returns its outcome.
import { retryAfter } from '#lib/retry-after.ts'
import type { EgressPolicy } from '#net/egress.ts'
import type { Outcome, Outgoing } from '../channel.ts'
import { trackerOf } from '../tracker.ts'
import { compose } from './compose.ts'
import { isTransient, type MetaError, refusal, wait } from './errors.ts'
import { type Answered, call, networkError } from './graph.ts'

/** `egress` limits its connections. Default: no limit. */
export type MetaAccount = {
  phone_number_id: string
  base_url: string
  access_token: string
  egress?: EgressPolicy | undefined
}

const ANSWER_BYTES = 64 * 1024
const TIMEOUT_MS = 30_000

/**
 * Calls `POST /{phone_number_id}/messages`. Never throws. An accepted message is not delivered yet: statuses report
 * that later. Without an answer it is unknown whether Meta accepted the message: it is sent again, unless a status
 * comes first.
 */
export async function sendMessage(
  { phone_number_id, base_url, access_token, egress }: MetaAccount,
  secret: string,
  outgoing: Outgoing,
  timeout_ms = TIMEOUT_MS,
): Promise<Outcome> {
  const composed = await compose(outgoing, trackerOf(secret, 'whatsapp delivery', outgoing))
  if ('reason' in composed) return { outcome: 'failed', ...composed }
  const url = `${base_url}/${phone_number_id}/messages`
  try {
    const limits = { egress, token: access_token, max_bytes: ANSWER_BYTES, timeout_ms }
    return outcomeOf(await call(url, { json: composed.message, ...limits }))
  } catch (error) {
    return { outcome: 'retry', ...networkError(error) }
  }
}

type Body = { messages?: { id?: string; message_status?: string }[]; error?: MetaError }

function outcomeOf({ status, headers, bytes }: Answered): Outcome {
  const text = bytes.toString()
  const answer = text.slice(0, 2000)
  const { messages, error } = parse(text)
  const [{ id, message_status = '' } = {}] = messages ?? []
  if (status === 200 && id) return { outcome: 'sent', provider_id: id, answer, ...PAUSED[message_status] }
  const retry_after = retryAfter(headers['retry-after'])
  if (error) return refusal({ error, status, retry_after }, answer)
  const reason = isTransient(status)
    ? `Meta answered ${status}`
    : `The answer ${status} is not from Meta's API: base_url may be wrong`
  return { outcome: 'retry', code: `whatsapp_${status}`, reason, answer, ...wait(retry_after) }
}

/** Accepted, but not sent yet: Meta waits for the reactions to the first messages of the template. */
const PAUSED: Record<string, { code: string; reason: string }> = {
  held_for_quality_assessment: {
    code: 'held_for_quality_assessment',
    reason: 'Meta delays the message until the quality of its template is known',
  },
  paused: { code: 'paused', reason: 'Meta delays the message: its template is paused because of its quality' },
}

function parse(text: string): Body {
  try {
    const body = JSON.parse(text)
    return typeof body === 'object' && body !== null ? body : {}
  } catch {
    return {}
  }
}
