// The request and the answer of a phone switch.
import { type Static, Type } from 'typebox'
import { Id, Nullable, named } from '#http/types.ts'

/** A wrong number has an error of its own: see `redirect.ts`. */
export const SwitchRequest = named(
  'create_phone_switch_request',
  Type.Object({
    phone: Type.Optional(Nullable(Id)),
    custom_attributes: Type.Optional(
      Nullable(
        Type.Record(Type.String(), Type.Unknown(), {
          maxProperties: 250,
          description: 'Of the contact with this number. What is unknown or does not fit is left out.',
        }),
      ),
    ),
  }),
)
export type SwitchRequest = Static<typeof SwitchRequest>

export const PhoneSwitch = named(
  'phone_switch',
  Type.Object({
    type: Type.Literal('phone_call_redirect'),
    phone: Type.String({ description: 'E.164.' }),
    url: Type.String({ description: 'The link in the SMS.' }),
  }),
)
