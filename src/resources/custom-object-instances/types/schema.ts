// The types of custom objects over the wire.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, named } from '#http/types.ts'
import { DATA_TYPES, type TypeRow } from './queries.ts'

const NAME = { minLength: 1, maxLength: 190, pattern: '\\S' }
const ATTRIBUTE = {
  name: Type.String({ ...NAME, examples: ['total_amount'] }),
  data_type: Type.Enum([...DATA_TYPES]),
}
const Options = Type.Array(Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }), {
  ...{ minItems: 1, maxItems: 250 },
  description: 'The values of a list.',
})

const RELATION = {
  from: Type.String({
    ...{ ...NAME, examples: ['contact'] },
    description: 'What refers to the instances: `contact`, `conversation`, `ticket`, or the identifier of a type.',
  }),
  attribute: Type.String({
    ...{ ...NAME, examples: ['order'] },
    description: 'The name of its attribute.',
  }),
}
const Many = Type.Boolean({ description: 'Whether it can refer to several of them. Default: true.' })

export const CustomObjectType = named(
  'custom_object_type',
  Type.Object({
    type: Type.Literal('custom_object_type'),
    identifier: Type.String(),
    name: Type.String(),
    attributes: Type.Array(
      Type.Object({
        ...{ name: Type.String(), data_type: ATTRIBUTE.data_type, description: Type.String() },
        options: Type.Optional(Type.Array(Type.String())),
      }),
    ),
    relations: Type.Array(Type.Object({ from: Type.String(), attribute: Type.String(), many: Many })),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
export const CustomObjectTypeList = named('custom_object_type_list', ListOf(CustomObjectType))

const AttributeRequest = named(
  'custom_object_type_attribute_request',
  Type.Object({
    ...ATTRIBUTE,
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
    options: Type.Optional(Options),
  }),
)
const RelationRequest = named('custom_object_relation_request', Type.Object({ ...RELATION, many: Type.Optional(Many) }))

const CHANGES = {
  name: Type.String(NAME),
  attributes: Type.Array(AttributeRequest, {
    ...{ maxItems: 100, description: 'All of them: one that is left out is removed, with its values.' },
  }),
  relations: Type.Array(RelationRequest, {
    ...{ maxItems: 20, description: 'All of them: one that is left out is removed, with its references.' },
  }),
}

export const NewTypeRequest = named(
  'new_custom_object_type_request',
  Type.Object({
    identifier: Type.String({
      ...{ minLength: 1, maxLength: 190, pattern: '^[A-Za-z][A-Za-z0-9_-]*$', examples: ['Order'] },
      description: 'As in URLs, and as `type` of the instances. Its letter case matters.',
    }),
    name: Type.Optional(CHANGES.name),
    attributes: Type.Optional(CHANGES.attributes),
    relations: Type.Optional(CHANGES.relations),
  }),
)
export type NewTypeRequest = Static<typeof NewTypeRequest>

export const TypeRequest = named('custom_object_type_request', Type.Partial(Type.Object(CHANGES)))
export type TypeRequest = Static<typeof TypeRequest>

export const presentType = ({
  identifier,
  name,
  attributes,
  relations,
  ...type
}: TypeRow): Static<typeof CustomObjectType> => ({
  ...{ type: 'custom_object_type', identifier, name, attributes, relations },
  ...{ created_at: epoch(type.created_at), updated_at: epoch(type.updated_at) },
})
