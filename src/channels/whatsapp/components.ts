// Converts the components of a template from Intercom's format to Meta's.
import { isObject } from '#lib/objects.ts'

type Component = Record<string, unknown>

/**
 * Intercom's examples write types in upper case (`BODY`, `QUICK_REPLY`). Meta needs lower case, a button's index as
 * text, and no component without parameters. Unknown values are not changed, so that Meta's error names them.
 */
export const metaComponents = (components: unknown): Component[] =>
  (Array.isArray(components) ? components : []).filter(isObject).map(component).filter(fillsIn)

function component({ type, sub_type, index, parameters, ...rest }: Component): Component {
  return {
    type: small(type),
    ...(sub_type !== undefined && { sub_type: small(sub_type) }),
    ...(index !== undefined && { index: String(index) }),
    ...(Array.isArray(parameters) && parameters.length && { parameters: parameters.map(parameter) }),
    ...rest,
  }
}

const fillsIn = ({ type: _, ...rest }: Component): boolean => Object.keys(rest).length > 0

function parameter(value: unknown): unknown {
  if (!isObject(value)) return value
  const { type, text } = value
  return { ...value, type: small(type), ...(typeof text === 'number' && { text: String(text) }) }
}

const small = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value)
