// The events of custom channels over the wire, and the 422s of wrong ones.
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { unprocessable } from '#http/errors.ts'
import { named } from '#http/types.ts'
import { isEmail } from '#lib/email.ts'
import { isObject } from '#lib/objects.ts'
import { MAX_BODY } from '#resources/conversations/replies/schema.ts'

const Text = (longest: number, description?: string) =>
  Type.String({ minLength: 1, maxLength: longest, pattern: '\\S', ...(description && { description }) })
const EventId = Text(255, 'An event that comes again gets the same answer, and does nothing.')

const EventContact = named(
  'custom_channel_contact',
  Type.Object({
    type: Type.Enum(['user', 'lead']),
    external_id: Text(255),
    name: Type.Optional(Type.String({ maxLength: 255, description: 'Required for users.' })),
    email: Type.Optional(Type.String({ maxLength: 320, description: 'Required for users.' })),
  }),
)
export type EventContact = Static<typeof EventContact>

const BASE = { event_id: EventId, external_conversation_id: Text(255), contact: EventContact }

export const SHAPES = {
  conversation: named('custom_channel_base_event', Type.Object(BASE)),
  message: named('custom_channel_message_event', Type.Object({ ...BASE, body: Text(MAX_BODY) })),
  quick_reply: named('custom_channel_quick_reply_event', Type.Object({ ...BASE, quick_reply_option_id: Text(255) })),
  attribute: named(
    'custom_channel_attribute_event',
    Type.Object({
      ...BASE,
      attribute: named(
        'custom_channel_attribute',
        Type.Object({ id: Text(255), value: Type.String({ maxLength: 10_000 }) }),
      ),
    }),
  ),
}
export type EventKind = keyof typeof SHAPES
export type EventOf<K extends EventKind> = Static<(typeof SHAPES)[K]>

/** The body for the API reference. It validates nothing: `readEvent` throws Intercom's errors. */
export const bodyFor = (kind: EventKind): TSchema => Type.Unsafe<unknown>({ anyOf: [SHAPES[kind], {}] })

export const EventAnswer = named(
  'custom_channel_notification_response',
  Type.Object({
    external_conversation_id: Type.String(),
    conversation_id: Type.String(),
    external_contact_id: Type.String(),
    contact_id: Type.String(),
  }),
)

/** @throws a 422 that names the first wrong field */
export function readEvent<K extends EventKind>(kind: K, body: unknown): EventOf<K> {
  const wrong = firstWrong(SHAPES[kind], body, '')
  if (wrong) throw dataInvalid(`${wrong} is missing or invalid`)
  const { contact } = body as EventOf<K>
  if (contact.type === 'user') {
    if (!contact.name?.trim()) throw dataInvalid('contact.name is required for a user')
    if (!contact.email) throw dataInvalid('contact.email is required for a user')
  }
  if (contact.email && !isEmail(contact.email)) throw dataInvalid('contact.email is missing or invalid')
  return body as EventOf<K>
}

export const dataInvalid = (message: string) => unprocessable('data_invalid', message)

/** Returns the path of the first property that does not fit, such as `contact.type`. */
function firstWrong(schema: TSchema, value: unknown, path: string): string | undefined {
  const { properties } = schema as { properties?: Record<string, TSchema> }
  if (!properties) return Check(schema, value) ? undefined : path
  if (!isObject(value)) return path || 'The body'
  for (const [name, inner] of Object.entries(properties)) {
    const inside = path ? `${path}.${name}` : name
    const is_absent = value[name] === undefined && !(schema as { required?: string[] }).required?.includes(name)
    const wrong = is_absent ? undefined : firstWrong(inner, value[name], inside)
    if (wrong) return wrong
  }
}
