// What Meta tells later of a message that it took: sent, delivered, read or failed.
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

export type StatusNews = { wamid: string; tracker: string | undefined; at: Date; word: StatusUpdate }

/** A played voice message has been heard. */
const WORDS: Record<string, StatusUpdate['status']> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
}

/** `ignored` where it is of a kind that changes nothing; undefined where it cannot be read. */
export function readStatus(news: unknown): StatusNews | 'ignored' | undefined {
  if (!Check(Status, news)) return undefined
  const status = WORDS[news.status]
  if (!status) return 'ignored'
  const { id: wamid, biz_opaque_callback_data: tracker, timestamp } = news
  return { wamid, tracker, at: timeOf(timestamp), word: status === 'failed' ? failure(errorOf(news)) : { status } }
}

const errorOf = ({ errors = [] }: Static<typeof Status>): MetaError => (errors[0] as MetaError | undefined) ?? {}
