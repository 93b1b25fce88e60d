// Custom attributes of a workspace, stored in a JSON column, as fields of a search.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Precision } from './compare.ts'
import type { Indexed } from './sources.ts'
import { DATES } from './values.ts'
import type { Field, StoredField } from './where.ts'

export type AttributeDefinition = { name: string; data_type: string }

/**
 * Returns the fields `prefix + name` for the attributes in a jsonb column, which maps names to values and stores dates as
 * Unix seconds. A value whose type differs from its definition counts as unset. `precision` applies to whole dates; a
 * `datetime` compares like the noun's own times. The noun's table of values has them by their names.
 */
export const attributeFields = (
  prefix: string,
  column: string,
  definitions: readonly AttributeDefinition[],
  precision?: (workspace: Workspace) => Precision,
): Record<string, Field> =>
  Object.fromEntries(
    definitions.map((definition) => {
      const indexed: Indexed = { by: 'values', name: definition.name }
      return [prefix + definition.name, { ...attributeField(column, definition, precision), indexed }]
    }),
  )

function attributeField(
  column: string,
  { name, data_type }: AttributeDefinition,
  precision?: (workspace: Workspace) => Precision,
): StoredField {
  const json = ({ sql }: Workspace) => sql`(${sql(column)} -> ${name}::text)`
  const typed = (type: 'number' | 'boolean', as: (workspace: Workspace) => Fragment) => ({
    column: (workspace: Workspace) =>
      workspace.sql`(case when jsonb_typeof${json(workspace)} = ${type} then ${as(workspace)} end)`,
  })
  const number = (workspace: Workspace) => workspace.sql`${json(workspace)}::numeric`
  const time = (workspace: Workspace) => workspace.sql`
    to_timestamp(least(greatest(${number(workspace)}, ${DATES.first}), ${DATES.last})::double precision)`
  switch (data_type) {
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
    default:
      return { kind: 'text', column: ({ sql }) => sql`(${sql(column)} ->> ${name}::text)` }
  }
}

/** The prefix of an attribute in a search: `custom_attributes.plan`. */
export const ATTRIBUTE = 'custom_attributes.'

/** Returns the definitions. If no field is an attribute, returns none and does not call `list`. */
export const definitionsNamed = async (
  fields: readonly string[],
  list: () => Promise<AttributeDefinition[]>,
): Promise<AttributeDefinition[]> => (fields.some((field) => field.startsWith(ATTRIBUTE)) ? list() : [])
