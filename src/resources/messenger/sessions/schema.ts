// Request and response for starting a messenger session.
import { type Static, Type } from 'typebox'
import { Epoch, Id, Nullable, named } from '#http/types.ts'

const text = (maxLength: number, description?: string) =>
  Type.Optional(Nullable(Type.String({ maxLength, ...(description && { description }) })))

/** Attributes of a contact that only a messenger reports. */
export const REPORTED = ['utm_campaign', 'utm_content', 'utm_medium', 'utm_source', 'utm_term', 'referrer'] as const

const reported = Object.fromEntries(REPORTED.map((name) => [name, text(255)])) as Record<
  (typeof REPORTED)[number],
  ReturnType<typeof text>
>

/** Scripts may write a missing value as an empty text, "null" or "undefined". */
export const SessionRequest = named(
  'messenger_session_request',
  Type.Object({
    app_id: Type.String({ description: "The workspace's id." }),
    user_id: Type.Optional(Nullable(Id)),
    email: text(254),
    user_hash: text(256, 'HMAC-SHA256 of the user_id, or of the email if there is no user_id, in hex.'),
    intercom_user_jwt: text(8_192, 'A JWT, signed with HS256, with the claim user_id.'),
    anonymous_id: text(512, 'The anonymous_id from an earlier session of this visitor.'),
    session_duration: Type.Optional(
      Type.Integer({ minimum: 1_000, maximum: 31_536_000_000, description: 'In milliseconds; a week at most.' }),
    ),
    name: text(255),
    phone: Type.Optional(Nullable(Id)),
    created_at: Type.Optional(Nullable(Epoch)),
    avatar: Type.Optional(Nullable(Type.Object({ image_url: text(2048) }))),
    language_override: text(35),
    unsubscribed_from_emails: Type.Optional(Nullable(Type.Boolean())),
    custom_attributes: Type.Optional(
      Nullable(
        Type.Record(Type.String(), Type.Unknown(), {
          maxProperties: 250,
          description: 'Only data attributes that are messenger_writable; the claims of a JWT may write all.',
        }),
      ),
    ),
    ...reported,
  }),
)
export type SessionRequest = Static<typeof SessionRequest>

export const MessengerSession = named(
  'messenger_session',
  Type.Object({
    type: Type.Literal('messenger_session'),
    token: Type.String({ description: 'Send it as Bearer token.' }),
    expires_at: Type.Integer(),
    contact: Nullable(
      Type.Object(
        {
          type: Type.Literal('contact'),
          id: Type.String(),
          external_id: Nullable(Type.String()),
          role: Type.Enum(['user', 'lead']),
        },
        { description: 'Null for a visitor who has not written yet.' },
      ),
    ),
    visitor_id: Nullable(Type.String({ description: 'Becomes the external_id of the lead.' })),
    anonymous_id: Nullable(Type.String({ description: 'Store it, and send it with the next session of the visitor.' })),
    ignored_attributes: Type.Array(Type.String(), {
      description: 'Custom attributes that are unknown, do not fit, or are not messenger_writable.',
    }),
  }),
)
