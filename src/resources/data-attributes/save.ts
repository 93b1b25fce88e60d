// Makes and changes data attributes. What is wrong with one is told in Intercom's words, which tools show to people.
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

const LONGEST_NAME = 190
const LONGEST_OPTION = 255
const MOST_OPTIONS = 250
const MOST_ATTRIBUTES = 250

/** `options` is what a request calls a string that is one of a list; what is stored is the string. */
const DATA_TYPES = ['string', 'integer', 'float', 'boolean', 'date', 'datetime']

/** What a model's attributes are called to people. */
const DATA_OF: Record<Model, string> = {
  contact: 'people data',
  company: 'company data',
  conversation: 'conversation data',
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
  await assertRoom(workspace, model)
  const attribute = { model, name, description, data_type, options, messenger_writable }
  return (await insertDataAttribute(workspace, attribute)) ?? refuseNamesake(workspace, name, model)
}

/** Neither the name nor the type ever changes: values have been stored under them. */
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
  if (name.length > LONGEST_NAME) throw invalid(`name must not be longer than ${LONGEST_NAME} characters`)
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

/** `[{ value: 'a' }, { value: 'b' }]`, or the plain strings of before 2.14. */
function readOptions(given: unknown, data_type: DataType): string[] {
  if (!Array.isArray(given)) throw invalid("Options isn't an array")
  if (data_type !== 'string') throw invalid('Options can only be given to a list type data attribute')
  const options = given.map((option) => (typeof option === 'object' && option !== null ? option.value : option))
  const isText = (option: unknown) => typeof option === 'string' && option !== '' && option.length <= LONGEST_OPTION
  if (!options.every(isText)) throw invalid(`Options must be texts of at most ${LONGEST_OPTION} characters`)
  const different = [...new Set<string>(options)]
  if (different.length < 2) throw invalid('You must have at least two options on a list type data attribute')
  if (different.length > MOST_OPTIONS) throw invalid(`Options must not be more than ${MOST_OPTIONS}`)
  return different
}

async function assertRoom(workspace: Workspace, model: Model) {
  if ((await listDefinitions(workspace, model)).length < MOST_ATTRIBUTES) return
  throw badRequest('custom_data_limit_reached', `There are ${MOST_ATTRIBUTES} attributes of this model already`)
}

async function refuseNamesake(workspace: Workspace, name: string, model: Model): Promise<never> {
  const taken = (await findDataAttributeByName(workspace, name))?.model ?? model
  throw invalid(
    `You already have '${name}' in your ${DATA_OF[taken]}. To save this as new ${DATA_OF[model]}, use a different name.`,
  )
}
