// Parameters of a template that differ for each recipient: `{{first_name | fallback: "there"}}` in its components.
import { invalid } from '#http/errors.ts'
import { mapTexts } from '#lib/placeholders.ts'
import { type DataType, listDefinitions } from '#resources/data-attributes/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const CONTACT_FIELDS = ['name', 'first_name', 'email', 'phone', 'external_id'] as const
export type ContactField = (typeof CONTACT_FIELDS)[number]

/** The value of `{{1}}`, `{{2}}` …: a field of the contact, or the fallback if the contact has none. */
export type Parameter = { fallback: string | null } & (
  | { field: ContactField; attribute?: undefined }
  | { field?: undefined; attribute: string; data_type: DataType }
)

/** Components as a message stores them: with a number in each placeholder. */
export type NumberedComponents = { components: object[]; parameters: Parameter[] }

const ATTRIBUTE = 'custom_attributes.'
const PLACEHOLDER = /\{\{(.*?)\}\}/gs
const EXPRESSION = /^\s*([^|]+?)\s*(?:\|\s*fallback\s*:\s*(?:"([^"]*)"|'([^']*)')\s*)?$/s
const MAX_PARAMETERS = 50
const MAX_FALLBACK_LENGTH = 1024

/** Replaces each placeholder by a number. @throws a 400 that names the text with an unknown field or invalid braces. */
export async function numberParameters(workspace: Workspace, components: object[]): Promise<NumberedComponents> {
  const attributes = new Map(
    JSON.stringify(components).includes(ATTRIBUTE)
      ? (await listDefinitions(workspace, 'contact')).map(({ name, data_type }) => [name, data_type])
      : [],
  )
  const parameters: Parameter[] = []
  const numbers = new Map<string, number>()

  const numberOf = (parameter: Parameter): number => {
    const key = JSON.stringify(parameter)
    const number = numbers.get(key) ?? parameters.push(parameter)
    numbers.set(key, number)
    if (number > MAX_PARAMETERS) throw invalid(`components have more than ${MAX_PARAMETERS} different parameters`)
    return number
  }

  const withNumbers = mapTexts(
    components,
    (text, path) => {
      const numbered = text.replace(
        PLACEHOLDER,
        (_, expression) => `{{${numberOf(parameterOf(expression, path, attributes))}}}`,
      )
      if (numbered.replace(PLACEHOLDER, '').includes('{{')) throw invalid(`${path} has braces that are not closed`)
      return numbered
    },
    'components',
  )
  return { components: withNumbers as object[], parameters }
}

function parameterOf(expression: string, path: string, attributes: Map<string, DataType>): Parameter {
  const [, name, double, single] = EXPRESSION.exec(expression) ?? []
  if (!name) throw invalid(`${path} has a parameter that is not a field of contacts with or without a fallback`)
  const fallback = double ?? single ?? null
  if (fallback !== null && (!fallback.trim() || fallback.length > MAX_FALLBACK_LENGTH))
    throw invalid(`${path} has a fallback that is blank or too long`)
  const field = CONTACT_FIELDS.find((known) => known === name)
  if (field) return { field, fallback }
  const attribute = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : ''
  const data_type = attributes.get(attribute)
  if (data_type) return { attribute, data_type, fallback }
  const known = [...CONTACT_FIELDS, `${ATTRIBUTE}…`].join(', ')
  throw invalid(`${path} names ${name.slice(0, 100)}, which no contact has: use one of ${known}`)
}
