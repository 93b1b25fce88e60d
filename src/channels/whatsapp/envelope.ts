// What Meta posts to the webhook: whose signature it bears, and the news in it, each with the number that it is about.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { storable } from '#lib/text.ts'

/** What came for one phone number: what became of messages, and what people wrote. Not looked at any closer yet. */
export type News = { phone_number_id: string; statuses: unknown[]; messages: unknown[]; contacts: Contact[] }

/** Who wrote: `wa_id` is the number without a plus. */
export type Contact = Static<typeof Contact>
const Contact = Type.Object({
  wa_id: Type.String(),
  profile: Type.Optional(Type.Object({ name: Type.Optional(Type.String()) })),
})

const Envelope = Type.Object({ entry: Type.Array(Type.Unknown()) })
const Entry = Type.Object({ changes: Type.Array(Type.Unknown()) })
const Change = Type.Object({
  field: Type.Literal('messages'),
  value: Type.Object({ metadata: Type.Object({ phone_number_id: Type.String() }) }),
})

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i

/** The bytes of `X-Hub-Signature-256`, or undefined where there is none that could be one. */
export function readSignature(header: unknown): Buffer | undefined {
  const [, hex] = SIGNATURE.exec(String(header)) ?? []
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

/** Compared in constant time. `raw` is the body as it came: no other rendering of the same JSON has that signature. */
export const isSigned = (raw: Buffer, signature: Buffer, app_secret: string): boolean =>
  timingSafeEqual(createHmac('sha256', app_secret).update(raw).digest(), signature)

/**
 * The body as JSON, or undefined where it is none. No database text holds a NUL or half a character, and no message
 * is to be lost over one.
 */
export function parseBody(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'), (_, value) => (typeof value === 'string' ? storable(value) : value))
  } catch {
    return undefined
  }
}

/** All that is about messages. What else a webhook may be subscribed to, and what we cannot make out, is left aside. */
export function newsIn(body: unknown): News[] {
  if (!Check(Envelope, body)) return []
  return body.entry
    .flatMap((entry) => (Check(Entry, entry) ? entry.changes : []))
    .flatMap((change) => {
      if (!Check(Change, change)) return []
      const { metadata, ...value } = change.value as Static<typeof Change>['value'] & Record<string, unknown>
      return [
        {
          phone_number_id: metadata.phone_number_id,
          statuses: list(value['statuses']),
          messages: list(value['messages']),
          contacts: list(value['contacts']).filter((contact) => Check(Contact, contact)),
        },
      ]
    })
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
