// Custom attributes of a workspace, stored in a JSON column, as fields of a search.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Precision } from './compare.ts'
import type { Query } from './query.ts'
import type { Indexed } from './sources.ts'
import { DATES, readList, readText } from './values.ts'
import type { Field, StoredField } from './where.ts'

export type AttributeDefinition = {
  name: string
  data_type: string
  /** Where a value is stored, instead of under the name. */
  key?: string
  /** A value is the id of one of them, and a search compares its label. */
  choices?: readonly Choice[]
  /** The table of values has only the beginning of a text. */
  is_long?: boolean
}
type Choice = { id: string; label: string }

/**
 * Returns the fields `prefix + name` for the attributes in a jsonb column, which maps keys to values and stores dates as
 * Unix seconds. A value whose type differs from its definition counts as unset. `precision` applies to whole dates; a
 * `datetime` compares like the noun's own times. The noun's table of values has them by the same keys.
 */
export const attributeFields = (
  prefix: string,
  column: string,
  definitions: readonly AttributeDefinition[],
  precision?: (workspace: Workspace) => Precision,
): Record<string, Field> =>
  Object.fromEntries(
    definitions.map((definition) => {
      const indexed: Indexed = { by: 'values', name: keyOf(definition), ...(definition.is_long && { cut: true }) }
      return [prefix + definition.name, { ...attributeField(column, definition, precision), indexed }]
    }),
  )

const keyOf = ({ key, name }: AttributeDefinition): string => key ?? name

function attributeField(
  column: string,
  definition: AttributeDefinition,
  precision?: (workspace: Workspace) => Precision,
): StoredField {
  const key = keyOf(definition)
  const json = ({ sql }: Workspace) => sql`(${sql(column)} -> ${key}::text)`
  const typed = (type: 'number' | 'boolean', as: (workspace: Workspace) => Fragment) => ({
    column: (workspace: Workspace) =>
      workspace.sql`(case when jsonb_typeof${json(workspace)} = ${type} then ${as(workspace)} end)`,
  })
  const number = (workspace: Workspace) => workspace.sql`${json(workspace)}::numeric`
  const time = (workspace: Workspace) => workspace.sql`
    to_timestamp(least(greatest(${number(workspace)}, ${DATES.first}), ${DATES.last})::double precision)`
  switch (definition.data_type) {
    case 'integer':
    case 'float':
    case 'decimal':
      return { kind: 'number', ...typed('number', number) }
    case 'boolean':
      return { kind: 'boolean', ...typed('boolean', (workspace) => workspace.sql`${json(workspace)}::boolean`) }
    case 'date':
      return { kind: 'date', ...typed('number', time), ...(precision && { precision }) }
    case 'datetime':
      return { kind: 'date', ...typed('number', time) }
    default: {
      const text = ({ sql }: Workspace) => sql`(${sql(column)} ->> ${key}::text)`
      const { choices } = definition
      return { kind: 'text', column: text, ...(choices && { sorted_by: labelOf(choices, text) }) }
    }
  }
}

const labelOf =
  (choices: readonly Choice[], id: (workspace: Workspace) => Fragment) =>
  (workspace: Workspace): Fragment =>
    workspace.sql`
    (${choices.map(({ label }) => label)}::text[])[array_position(${choices.map((one) => one.id)}::text[], ${id(workspace)})]`

const POSITIVE: Record<string, string> = { '!=': '=', NIN: 'IN', '!~': '~' }

const MATCHES: Record<string, (label: string, value: string) => boolean> = {
  '=': (label, value) => label === value,
  '~': (label, value) => label.includes(value),
  '^': (label, value) => label.startsWith(value),
  $: (label, value) => label.endsWith(value),
}

/** Returns the query with each comparison of a label as one of the ids of the choices that match. */
export function withChoices(query: Query, definitions: readonly AttributeDefinition[]): Query {
  if ('members' in query) return { ...query, members: query.members.map((member) => withChoices(member, definitions)) }
  const { field, operator, value } = query
  const choices = definitions.find(({ name }) => ATTRIBUTE + name === field)?.choices
  const positive = POSITIVE[operator] ?? operator
  if (!choices || value === null || (positive !== 'IN' && !Object.hasOwn(MATCHES, positive))) return query
  const wanted = positive === 'IN' ? readList(value, readText) : [readText(value)]
  const isMatch = MATCHES[positive === 'IN' ? '=' : positive]!
  const found = choices.filter(({ label }) => wanted.some((one) => isMatch(label, one)))
  return { field, operator: positive === operator ? 'IN' : 'NIN', value: found.map(({ id }) => id) }
}

/** The prefix of an attribute in a search: `custom_attributes.plan`. */
export const ATTRIBUTE = 'custom_attributes.'

/** Returns the keys of the attributes that are among the fields: a name can go to another attribute. */
export const keysOf = (definitions: readonly AttributeDefinition[], fields: readonly string[]): string[] =>
  definitions.flatMap(({ key, name }) => (key !== undefined && fields.includes(ATTRIBUTE + name) ? [key] : []))

/** Returns the definitions. If no field is an attribute, returns none and does not call `list`. */
export const definitionsNamed = async (
  fields: readonly string[],
  list: () => Promise<AttributeDefinition[]>,
): Promise<AttributeDefinition[]> => (fields.some((field) => field.startsWith(ATTRIBUTE)) ? list() : [])
