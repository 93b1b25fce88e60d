// Reads the status that Meta reports for a message: sent, delivered, read or failed.
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { StatusUpdate } from '../channel.ts'
import { failure, type MetaError } from './errors.ts'
import { Timestamp, timeOf } from './timestamp.ts'

const Status = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 512 }),
  status: Type.String(),
  timestamp: Timestamp,
  biz_opaque_callback_data: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        code: Type.Optional(Type.Integer()),
        title: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
        error_data: Type.Optional(Type.Object({ details: Type.Optional(Type.String()) })),
      }),
    ),
  ),
})

export type MessageStatus = { wamid: string; tracker: string | undefined; at: Date; update: StatusUpdate }

/** `played` is the read status of a voice message. */
const STATUSES: Record<string, StatusUpdate['status']> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
}

/** Returns `ignored` for a status that changes nothing, and undefined if it cannot be read. */
export function readStatus(value: unknown): MessageStatus | 'ignored' | undefined {
  if (!Check(Status, value)) return undefined
  const status = STATUSES[value.status]
  if (!status) return 'ignored'
  const { id: wamid, biz_opaque_callback_data: tracker, timestamp } = value
  return { wamid, tracker, at: timeOf(timestamp), update: status === 'failed' ? failure(errorOf(value)) : { status } }
}

const errorOf = ({ errors = [] }: Static<typeof Status>): MetaError => (errors[0] as MetaError | undefined) ?? {}
