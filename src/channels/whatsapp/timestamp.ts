// Meta's timestamps: seconds since 1970, as text or as a number.
import { Type } from 'typebox'

export const Timestamp = Type.Union([
  Type.String({ pattern: '^\\d{1,10}$' }),
  Type.Integer({ minimum: 0, maximum: 9_999_999_999 }),
])

export const timeOf = (timestamp: string | number): Date => new Date(Number(timestamp) * 1000)
