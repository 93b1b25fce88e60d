// Custom attributes that a messenger sends. Attributes from the page can be forged, so they only write data attributes
// that are messenger_writable. Claims that the workspace signed may write and create all. An attribute that does not
// fit is not an error: it is ignored, and named in the answer.
import { ApiError } from '#http/errors.ts'
import { type DataType, type Definition, listDefinitions } from '#resources/data-attributes/queries.ts'
import { createDataAttribute } from '#resources/data-attributes/save.ts'
import { problemWith } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'

type Given = Record<string, unknown>

export type ReadAttributes = { values: Given; ignored: string[] }

/** `signed` takes precedence over `page`. */
export async function readBootAttributes(workspace: Workspace, page: Given, signed: Given): Promise<ReadAttributes> {
  const read: ReadAttributes = { values: {}, ignored: [] }
  const names = Object.keys({ ...page, ...signed })
  if (!names.length) return read
  const definitions = new Map((await listDefinitions(workspace, 'contact')).map((one) => [one.name, one]))
  for (const name of names) {
    const is_signed = Object.hasOwn(signed, name)
    const value = is_signed ? signed[name] : page[name]
    const definition = definitions.get(name) ?? (is_signed ? await define(workspace, name, value) : undefined)
    if (definition && (is_signed || definition.messenger_writable) && fits(definition, value)) read.values[name] = value
    else read.ignored.push(name)
  }
  return read
}

const fits = (definition: Definition, value: unknown): boolean => value === null || !problemWith(definition, value)

async function define(workspace: Workspace, name: string, value: unknown): Promise<Definition | undefined> {
  const data_type = typeOf(name, value)
  if (!data_type) return undefined
  return createDataAttribute(workspace, { name, model: 'contact', data_type }).catch((error) => {
    if (error instanceof ApiError) return undefined // The name is not allowed, or there are too many attributes.
    throw error
  })
}

/** Like Intercom, reads an integer as a date if the name ends in `_at`. */
function typeOf(name: string, value: unknown): DataType | undefined {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  if (Number.isSafeInteger(value)) return name.endsWith('_at') ? 'date' : 'integer'
  return typeof value === 'number' ? 'float' : undefined
}
