// A span for each attempt to send a delivery, in the trace of the request that accepted it.
import type { Outcome } from '#channels/channel.ts'
import { inSpan } from '#tracing/trace.ts'
import type { Leased } from './lease.ts'

export const inDeliverySpan = (outgoing: Leased, send: () => Promise<Outcome>): Promise<Outcome> =>
  inSpan(
    `deliver ${outgoing.channel}`,
    {
      kind: 'consumer',
      parent: { traceparent: outgoing.traceparent ?? undefined },
      attributes: {
        'interphone.channel': outgoing.channel,
        'interphone.workspace_id': outgoing.workspace_id,
        'interphone.delivery_id': outgoing.id,
        'interphone.message_id': outgoing.message_id,
        'interphone.attempt': outgoing.attempt,
      },
    },
    async (span) => {
      const outcome = await send()
      span.set({ 'interphone.outcome': outcome.outcome })
      if (outcome.outcome !== 'sent') span.fail(outcome.code)
      return outcome
    },
  )
