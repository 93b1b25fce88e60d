// Audiences over the wire.
import { type Static, Type } from 'typebox'
import { FlatPageOf } from '#http/lists.ts'
import { epoch, Nullable, named, Some } from '#http/types.ts'
import type { AudienceRow } from './queries.ts'

const PREDICATE = {
  attribute: Type.String({
    ...{ minLength: 1, maxLength: 255, examples: ['company.name', 'custom_attributes.plan'] },
    description: 'A search field of contacts; of their companies with `company.` before it.',
  }),
  type: Type.String({ maxLength: 255, description: 'The type of the attribute.', examples: ['string'] }),
  comparison: Type.String({ ...{ minLength: 1, maxLength: 255, examples: ['eq', 'contains'] } }),
  value: Type.String({ maxLength: 2_000 }),
}
const Predicate = named('predicate', Type.Object(PREDICATE))

export const Audience = named(
  'audience',
  Type.Object({
    type: Type.Literal('audience'),
    id: Type.String(),
    name: Type.String(),
    predicates: Type.Array(Predicate, { description: 'A contact of the audience meets all of them.' }),
    role_predicates: Type.Array(Predicate, { description: 'If there are any, it meets one of them.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const AudienceList = named('audience_list', FlatPageOf(Audience))

const Predicates = Type.Array(
  named('predicate_request', Type.Object({ ...PREDICATE, type: Type.Optional(PREDICATE.type) })),
  { maxItems: 50 },
)

/** The errors of a name have Intercom's text: see `save.ts`. */
export const AudienceRequest = named(
  'audience_request',
  Some({ name: Nullable(Type.String({ maxLength: 255 })), predicates: Predicates, role_predicates: Predicates }),
)
export type AudienceRequest = Static<typeof AudienceRequest>

export const presentAudience = ({ created_at, updated_at, ...audience }: AudienceRow): Static<typeof Audience> => ({
  type: 'audience',
  ...audience,
  created_at: epoch(created_at),
  updated_at: epoch(updated_at),
})
