// Subscription types over the wire.
import { type Static, Type } from 'typebox'
import { Id, ListOf, named } from '#http/types.ts'
import type { SubscriptionTypeRow } from './queries.ts'

const Translation = named(
  'translation',
  Type.Object({ name: Type.String(), description: Type.String(), locale: Type.String() }),
)

const GivenTranslation = named(
  'translation_request',
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
    description: Type.String({ maxLength: 2_000 }),
    locale: Type.String({
      minLength: 2,
      maxLength: 35,
      pattern: '^[A-Za-z]{2,3}([_-][A-Za-z0-9]+)*$',
      examples: ['en'],
    }),
  }),
)

const ConsentType = Type.Enum(['opt_out', 'opt_in'])
const ContentTypes = Type.Array(Type.Enum(['email', 'sms_message']), { minItems: 1, maxItems: 2, uniqueItems: true })
const State = Type.Enum(['live', 'draft', 'archived'])
const Translations = Type.Array(GivenTranslation, { minItems: 1, maxItems: 100 })

export const SubscriptionType = named(
  'subscription_type',
  Type.Object({
    type: Type.Literal('subscription'),
    id: Type.String(),
    state: State,
    consent_type: ConsentType,
    default_translation: Translation,
    translations: Type.Array(Translation),
    content_types: Type.Array(Type.Enum(['email', 'sms_message'])),
  }),
)

export const SubscriptionTypeList = named('subscription_type_list', ListOf(SubscriptionType))

export const ChoiceRequest = named(
  'subscription_choice_request',
  Type.Object({
    id: Id,
    consent_type: Type.Optional(Type.String({ description: 'That of the type: opt_out or opt_in.' })),
  }),
)

export const NewTypeRequest = named(
  'new_subscription_type_request',
  Type.Object({
    consent_type: ConsentType,
    translations: Translations,
    content_types: Type.Optional(ContentTypes),
    state: Type.Optional(State),
  }),
)
export type NewTypeRequest = Static<typeof NewTypeRequest>

export const TypeRequest = named(
  'subscription_type_request',
  Type.Partial(Type.Object({ translations: Translations, content_types: ContentTypes, state: State })),
)
export type TypeRequest = Static<typeof TypeRequest>

export const presentType = (type: SubscriptionTypeRow): Static<typeof SubscriptionType> => ({
  type: 'subscription',
  id: type.id,
  state: type.state,
  consent_type: type.consent_type,
  default_translation: type.translations[0],
  translations: type.translations,
  content_types: type.content_types,
})
