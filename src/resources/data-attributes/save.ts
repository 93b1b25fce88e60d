// Creates and changes data attributes. Errors have Intercom's texts, because tools show them to people.
import { badRequest, found, invalid } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type DataAttributeRow,
  type DataType,
  findDataAttribute,
  findDataAttributeByName,
  insertDataAttribute,
  listDefinitions,
  type Model,
  updateDataAttribute,
} from './queries.ts'
import type { ChangedDataAttributeRequest, NewDataAttributeRequest } from './schema.ts'
import { STANDARD } from './standard.ts'

const MAX_NAME_LENGTH = 190
const MAX_OPTION_LENGTH = 255
const MAX_OPTIONS = 250
const MAX_ATTRIBUTES = 250

/** A request can also say `options` for a list of strings, which is stored as `string`. */
const DATA_TYPES = ['string', 'integer', 'float', 'boolean', 'date', 'datetime']

/** Names of a model's attributes in error texts. */
const MODEL_NAMES: Record<Model, string> = {
  contact: 'people data',
  company: 'company data',
}

export async function createDataAttribute(
  workspace: Workspace,
  request: NewDataAttributeRequest,
): Promise<DataAttributeRow> {
  const { description = '', messenger_writable = false } = request
  const model = readModel(request.model)
  const name = readName(request.name, model)
  const data_type = readDataType(request.data_type)
  const isList = request.data_type === 'options' || request.options !== undefined
  const options = isList ? readOptions(request.options, data_type) : null
  await assertBelowLimit(workspace, model)
  const attribute = { model, name, description, data_type, options, messenger_writable }
  return (await insertDataAttribute(workspace, attribute)) ?? refuseDuplicate(workspace, name, model)
}

/** The name and the type cannot change, because values are stored with them. */
export async function changeDataAttribute(
  workspace: Workspace,
  id: string,
  { archived, description, messenger_writable, options }: ChangedDataAttributeRequest,
): Promise<DataAttributeRow> {
  const message = "We couldn't find that data attribute to update"
  const attribute = found(await findDataAttribute(workspace, id), message, 'field_not_found')
  const changes = defined({
    archived,
    description,
    messenger_writable,
    options: options === undefined ? undefined : readOptions(options, attribute.data_type),
  })
  return found(await updateDataAttribute(workspace, id, changes), message, 'field_not_found')
}

function readModel(model: string | undefined): Model {
  if (model === 'contact' || model === 'company') return model
  throw invalid('The Data Attribute model field must be either contact or company')
}

function readName(given: string | undefined, model: Model): string {
  const name = given?.trim()
  if (!name) throw invalid('name is required')
  if (name.length > MAX_NAME_LENGTH) throw invalid(`name must not be longer than ${MAX_NAME_LENGTH} characters`)
  if (!/^[\p{L}\p{M}\p{N}\p{Sc} _-]+$/u.test(name)) {
    throw invalid(
      'Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens',
    )
  }
  const standard = STANDARD.find((other) => other.model === model && isSame(other.full_name, name))
  if (standard) throw invalid(`'${standard.label}' is one of our standard attributes. Use a different name.`)
  return name
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

function readDataType(data_type: string | undefined): DataType {
  if (data_type === 'options') return 'string'
  if (data_type !== undefined && DATA_TYPES.includes(data_type)) return data_type as DataType
  throw invalid("Data Type isn't an option")
}

/** Accepts `[{ value: 'a' }, { value: 'b' }]`, or plain strings as before 2.14. */
function readOptions(given: unknown, data_type: DataType): string[] {
  if (!Array.isArray(given)) throw invalid("Options isn't an array")
  if (data_type !== 'string') throw invalid('Options can only be given to a list type data attribute')
  const options = given.map((option) => (typeof option === 'object' && option !== null ? option.value : option))
  const isText = (option: unknown) => typeof option === 'string' && option !== '' && option.length <= MAX_OPTION_LENGTH
  if (!options.every(isText)) throw invalid(`Options must be texts of at most ${MAX_OPTION_LENGTH} characters`)
  const different = [...new Set<string>(options)]
  if (different.length < 2) throw invalid('You must have at least two options on a list type data attribute')
  if (different.length > MAX_OPTIONS) throw invalid(`Options must not be more than ${MAX_OPTIONS}`)
  return different
}

async function assertBelowLimit(workspace: Workspace, model: Model) {
  if ((await listDefinitions(workspace, model)).length < MAX_ATTRIBUTES) return
  throw badRequest('custom_data_limit_reached', `There are ${MAX_ATTRIBUTES} attributes of this model already`)
}

async function refuseDuplicate(workspace: Workspace, name: string, model: Model): Promise<never> {
  const other_model = (await findDataAttributeByName(workspace, name))?.model ?? model
  throw invalid(
    `You already have '${name}' in your ${MODEL_NAMES[other_model]}. To save this as new ${MODEL_NAMES[model]}, use a different name.`,
  )
}
