// The schema of a data attribute, standard or created by the workspace.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, named, Some } from '#http/types.ts'
import type { AttributeRow } from '#resources/conversation-attributes/queries.ts'
import type { DataAttributeRow, DataType } from './queries.ts'
import type { StandardAttribute } from './standard.ts'

export const DataAttribute = named(
  'data_attribute',
  Type.Object({
    type: Type.Literal('data_attribute'),
    id: Type.Optional(Type.Integer({ description: 'Only for attributes that the workspace created.' })),
    model: Type.Enum(['contact', 'company', 'conversation']),
    name: Type.String(),
    full_name: Type.String({ description: 'The path in an object: `custom_attributes.paid`, `plan.name`.' }),
    label: Type.String(),
    description: Type.String(),
    data_type: Type.Enum(['string', 'integer', 'float', 'boolean', 'date', 'datetime']),
    options: Type.Optional(Type.Array(Type.String())),
    api_writable: Type.Boolean(),
    messenger_writable: Type.Boolean(),
    ui_writable: Type.Boolean(),
    custom: Type.Boolean(),
    archived: Type.Boolean(),
    admin_id: Type.Optional(Type.String()),
    created_at: Type.Optional(Type.Integer()),
    updated_at: Type.Optional(Type.Integer()),
  }),
)

export const DataAttributeList = named('data_attribute_list', ListOf(DataAttribute))

const Options = Type.Array(named('data_attribute_option', Type.Object({ value: Type.String() })), {
  minItems: 2,
  description: 'The allowed values. Plain strings are accepted too.',
})

const changeable = {
  description: Type.String({ maxLength: 2048 }),
  messenger_writable: Type.Boolean({ description: 'Whether a messenger may set it.' }),
  options: Type.Unsafe<unknown>({ anyOf: [Options, {}] }),
}

/** Nothing is required here: save.ts has Intercom's errors for absent and wrong values. */
export const NewDataAttribute = named(
  'data_attribute_request',
  Some({
    name: Type.String(),
    model: Type.String({ description: '`contact` or `company`.' }),
    data_type: Type.String({
      description:
        '`string`, `integer`, `float`, `boolean`, `date`, `datetime`, or `options` for a list to choose from.',
    }),
    ...changeable,
  }),
)
export type NewDataAttributeRequest = Static<typeof NewDataAttribute>

export const ChangedDataAttribute = named(
  'data_attribute_update_request',
  Some({ archived: Type.Boolean(), ...changeable }),
)
export type ChangedDataAttributeRequest = Static<typeof ChangedDataAttribute>

export const presentStandard = (attribute: StandardAttribute): Static<typeof DataAttribute> => ({
  type: 'data_attribute',
  ...attribute,
  ui_writable: false,
  messenger_writable: true,
  custom: false,
  archived: false,
})

export const presentDataAttribute = (attribute: DataAttributeRow): Static<typeof DataAttribute> => ({
  type: 'data_attribute',
  id: Number(attribute.id),
  model: attribute.model,
  name: attribute.name,
  full_name: `custom_attributes.${attribute.name}`,
  label: attribute.label,
  description: attribute.description,
  data_type: attribute.data_type,
  ...(attribute.options && { options: attribute.options }),
  api_writable: true,
  messenger_writable: attribute.messenger_writable,
  ui_writable: false,
  custom: true,
  archived: attribute.archived,
  ...(attribute.admin_id && { admin_id: attribute.admin_id }),
  created_at: epoch(attribute.created_at),
  updated_at: epoch(attribute.updated_at),
})

/** Names of their types among data attributes, which have no relationships and files. */
const TYPES: Partial<Record<AttributeRow['data_type'], DataType>> = {
  string: 'string',
  list: 'string',
  integer: 'integer',
  decimal: 'float',
  boolean: 'boolean',
  datetime: 'datetime',
}

/** Conversation attributes as versions before 2.16 list them. */
export const presentConversationAttributes = (attributes: readonly AttributeRow[]): Static<typeof DataAttribute>[] =>
  attributes.flatMap(({ options, data_type, ...attribute }) => {
    const type = TYPES[data_type]
    if (!type) return []
    const labels = options?.filter(({ archived }) => !archived).map(({ label }) => label) ?? null
    const row = { ...attribute, label: attribute.name, data_type: type, options: labels, messenger_writable: false }
    return [{ ...presentDataAttribute({ ...row, model: 'contact' }), model: 'conversation' as const }]
  })
