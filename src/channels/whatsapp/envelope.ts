// Verifies and parses what Meta posts to the webhook: the signature, and the changes for each phone number.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { exceededBound } from '#lib/json-bounds.ts'
import { isObject } from '#lib/objects.ts'
import { storable, storableJson } from '#lib/text.ts'

/** A change for one phone number: statuses of our messages, and messages from people with their contacts, not checked yet. */
export type WebhookChange = { phone_number_id: string; statuses: unknown[]; messages: unknown[]; contacts: unknown[] }

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

/** Returns the body as JSON, or undefined if it is not JSON. */
export function parseBody(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return undefined
  }
}

/**
 * Returns the change without characters that the database does not accept, so that no message is lost because of them.
 * For changes whose signature was checked: it reads every text.
 */
export const storableChange = (change: WebhookChange): WebhookChange => storableJson(change) as WebhookChange

/**
 * Returns the changes about messages. Ignores other subscriptions and values that cannot be read. The body is not proven
 * to be Meta's yet, and can have many thousand members: the checks are plain comparisons, which are the fastest.
 */
export const changesIn = (body: unknown): WebhookChange[] =>
  list(member(body, 'entry'))
    .flatMap((entry) => list(member(entry, 'changes')))
    .flatMap((change) => {
      const value = member(change, 'value')
      const id = member(member(value, 'metadata'), 'phone_number_id')
      const phone_number_id = typeof id === 'number' ? String(id) : id
      if (member(change, 'field') !== 'messages' || typeof phone_number_id !== 'string') return []
      return [
        {
          phone_number_id: storable(phone_number_id),
          statuses: list(member(value, 'statuses')),
          messages: list(member(value, 'messages')),
          contacts: list(member(value, 'contacts')),
        },
      ]
    })

const member = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)
/** A single object counts as a list of it. */
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : isObject(value) ? [value] : [])
