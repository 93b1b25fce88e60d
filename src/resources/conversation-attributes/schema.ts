// The schema of a conversation attribute. Strings, lists and relationships have a property of their own.
import { type Static, Type } from 'typebox'
import { epoch, Id, ListOf, named, Some } from '#http/types.ts'
import { type AttributeRow, DATA_TYPES, type Option } from './queries.ts'

const ShownOption = named(
  'conversation_attribute_option',
  Type.Object({
    id: Type.String({ description: 'A UUID.' }),
    label: Type.String(),
    archived: Type.Boolean({ description: 'Conversations keep an archived option, but none can get it.' }),
  }),
)

const ShownReference = named(
  'conversation_attribute_reference',
  Type.Object({ type: Type.Enum(['one', 'many']), object_type_id: Type.Optional(Type.String()) }),
)

export const ConversationAttribute = named(
  'conversation_attribute',
  Type.Object({
    type: Type.Literal('conversation_attribute'),
    id: Type.Integer(),
    name: Type.String(),
    description: Type.String(),
    data_type: Type.Enum([...DATA_TYPES]),
    required: Type.Boolean({ description: 'For the inbox: requests are not refused without a value.' }),
    visible_to_team_ids: Type.Array(Type.String(), { description: 'For the inbox. Empty: all teams.' }),
    archived: Type.Boolean(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    admin_id: Type.Optional(Type.String()),
    multiline: Type.Optional(Type.Boolean({ description: 'Of a string.' })),
    options: Type.Optional(Type.Array(ShownOption, { description: 'Of a list.' })),
    reference: Type.Optional(ShownReference),
  }),
)

export const ConversationAttributeList = named('conversation_attribute_list', ListOf(ConversationAttribute))

/** Left to `read.ts`, whose errors have Intercom's texts. */
const checked = (description: string) => Type.Unsafe<unknown>({ description })

const changeable = {
  name: checked('At most 190 characters, without `.` and `$`. No other live attribute has it.'),
  description: Type.String({ maxLength: 2048 }),
  multiline: Type.Boolean({ description: 'Of a string.' }),
  required: Type.Boolean(),
  visible_to_team_ids: Type.Array(Id, { maxItems: 250 }),
  reference: named(
    'conversation_attribute_reference_request',
    Type.Object(
      { type: Type.Enum(['one', 'many']), object_type_id: Type.Optional(Id) },
      { description: 'Of a relationship.' },
    ),
  ),
}

export const OptionRequest = named('conversation_attribute_option_request', Some({ label: checked('A text.') }))

export const NewAttributeRequest = named(
  'create_conversation_attribute_request',
  Some({
    ...changeable,
    data_type: checked(DATA_TYPES.join(', ')),
    options: Type.Unsafe<unknown>({
      anyOf: [Type.Array(OptionRequest, { minItems: 2, description: 'Of a list.' }), {}],
    }),
  }),
)
export type NewAttributeRequest = Static<typeof NewAttributeRequest>

/** Other properties, such as `data_type`, are ignored: they cannot change. */
export const AttributeChanges = named('update_conversation_attribute_request', Some(changeable))
export type AttributeChanges = Static<typeof AttributeChanges>

export const presentAttribute = (row: AttributeRow): Static<typeof ConversationAttribute> => ({
  type: 'conversation_attribute',
  id: Number(row.id),
  name: row.name,
  description: row.description,
  data_type: row.data_type,
  required: row.required,
  visible_to_team_ids: row.visible_to_team_ids,
  archived: row.archived,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
  ...(row.admin_id && { admin_id: row.admin_id }),
  ...(row.data_type === 'string' && { multiline: row.multiline }),
  ...(row.options && { options: row.options.map(({ id, label, archived }: Option) => ({ id, label, archived })) }),
  ...(row.reference && { reference: row.reference }),
})
