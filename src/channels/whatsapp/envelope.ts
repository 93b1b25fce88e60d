// Verifies and parses what Meta posts to the webhook: the signature, and the changes for each phone number.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { exceededBound } from '#lib/json-bounds.ts'
import { storable } from '#lib/text.ts'

/** A change for one phone number: statuses of our messages, and messages from people, not checked yet. */
export type WebhookChange = { phone_number_id: string; statuses: unknown[]; messages: unknown[]; contacts: Contact[] }

/** The sender of a message: `wa_id` is the number without a plus. */
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

/** Returns the bytes of `X-Hub-Signature-256`, or undefined if the header is missing or malformed. */
export function readSignature(header: unknown): Buffer | undefined {
  const [, hex] = SIGNATURE.exec(String(header)) ?? []
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

/** Compares in constant time. `raw` is the body as received: the signature is of its bytes. */
export const isSigned = (raw: Buffer, signature: Buffer, app_secret: string): boolean =>
  timingSafeEqual(createHmac('sha256', app_secret).update(raw).digest(), signature)

/** The body is parsed before its signature can be checked. A full body of three megabytes has about 100,000 values. */
const BOUNDS = { levels: 32, values: 200_000 }

/** Returns whether the body has more levels or values than any that Meta sends. */
export const isOutOfBounds = (raw: Buffer): boolean => exceededBound(raw.toString('utf8'), BOUNDS) !== undefined

/**
 * Returns the body as JSON, or undefined if it is not JSON. Removes characters that the database does not accept, so
 * that no message is lost because of them.
 */
export function parseBody(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'), (_, value) => (typeof value === 'string' ? storable(value) : value))
  } catch {
    return undefined
  }
}

/** Returns the changes about messages. Ignores other subscriptions and values that cannot be read. */
export function changesIn(body: unknown): WebhookChange[] {
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
