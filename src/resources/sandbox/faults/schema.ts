// The schema of a fault: its kind, what it applies to, and how often it will still occur.

import { type Static, Type } from 'typebox'
import { CHANNELS } from '#channels/channel.ts'
import { epoch, Id, ListOf, Nullable, named } from '#http/types.ts'
import type { FaultRow } from '#workspaces/faults.ts'

const Target = Type.Enum(['requests', 'sends', 'webhooks'])
const Method = Type.Enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const Channel = Type.Enum(CHANNELS)

const MAX_DELAY_MS = 60_000
const MAX_RETRY_AFTER_SECONDS = 3_600
const MAX_TIMES = 10_000

export const FaultRequest = named(
  'fault_request',
  Type.Object({
    target: Type.Optional(Target),
    fault: Type.Unsafe<string>({
      ...Id,
      description:
        'For requests: 429, 500, 503, timeout, delay, or lose_answer, which runs the request and then drops the connection. ' +
        'For sends: 429, 500, timeout, or permanent. For webhooks: 400, 401, 403, 404, 410, 429, 500, 502, 503, 504, timeout, ' +
        'delay, double (sent twice), or out_of_order (sent after a later one of its object).',
    }),
    times: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_TIMES, description: 'How often it occurs. Default: 1.' }),
    ),
    operation: Type.Optional(Type.String({ maxLength: 100, description: 'Only requests of this operationId.' })),
    method: Type.Optional(Method),
    path: Type.Optional(
      Type.String({ maxLength: 500, pattern: '^/', description: 'Only requests to this path and those under it.' }),
    ),
    channel: Type.Optional(Channel),
    topic: Type.Optional(Type.String({ maxLength: 100, description: 'Only webhooks of this topic.' })),
    retry_after: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_RETRY_AFTER_SECONDS,
        description: 'Retry-After in seconds; 0: no such header. Default: 1 for a 429, 0 for a 500 or 503.',
      }),
    ),
    delay_ms: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_DELAY_MS,
        description: 'Of a delay; for out_of_order how long it waits at most. Default for that: 10,000.',
      }),
    ),
    code: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: "The provider's error code, for sends." }),
    ),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  }),
)
export type FaultRequest = Static<typeof FaultRequest>

export const Fault = named(
  'fault',
  Type.Object({
    type: Type.Literal('fault'),
    id: Type.String(),
    target: Target,
    fault: Type.String(),
    operation: Nullable(Type.String()),
    method: Nullable(Method),
    path: Nullable(Type.String()),
    channel: Nullable(Channel),
    topic: Nullable(Type.String()),
    retry_after: Type.Integer(),
    delay_ms: Type.Integer(),
    code: Nullable(Type.String()),
    reason: Nullable(Type.String()),
    times: Type.Integer(),
    left: Type.Integer({ description: 'How often it will still occur.' }),
    created_at: Type.Integer(),
  }),
)

export const FaultList = named('fault_list', ListOf(Fault))

export const Disarmed = named(
  'faults_disarmed',
  Type.Object({
    type: Type.Literal('faults'),
    disarmed: Type.Integer({ description: 'Number of faults that were still armed.' }),
  }),
)

export const presentFault = (fault: FaultRow): Static<typeof Fault> => ({
  type: 'fault',
  id: fault.id,
  target: fault.target,
  fault: fault.fault,
  operation: fault.operation,
  method: fault.method as Static<typeof Method> | null,
  path: fault.path,
  channel: fault.channel,
  topic: fault.topic,
  retry_after: fault.retry_after,
  delay_ms: fault.delay_ms,
  code: fault.code,
  reason: fault.reason,
  times: fault.times,
  left: fault.remaining,
  created_at: epoch(fault.created_at),
})
