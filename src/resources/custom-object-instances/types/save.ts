// Creates, changes and deletes types of custom objects, with the attributes that refer to their instances.
import { badRequest, found, invalid } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { dropValues } from '../queries.ts'
import {
  deleteRelation,
  deleteType,
  findType,
  insertRelation,
  insertType,
  isNameTaken,
  listTypes,
  lockType,
  lockTypes,
  type NewRelation,
  type Relation,
  type TypeAttribute,
  type TypeRow,
  updateType,
} from './queries.ts'
import type { NewTypeRequest, TypeRequest } from './schema.ts'

const MAX_TYPES = 100

/** Other objects that can refer to instances. A type cannot have one of these as its identifier. */
const OBJECTS = ['contact', 'conversation', 'ticket']

/** @throws a 400 for an identifier or a name that is taken, or for an unknown type in a relation */
export async function createType(workspace: Workspace, request: NewTypeRequest): Promise<TypeRow> {
  const { identifier, name = identifier, attributes = [], relations = [] } = request
  await lockTypes(workspace)
  const types = await listTypes(workspace)
  if (OBJECTS.includes(identifier)) throw invalid(`identifier '${identifier}' is reserved`)
  if (types.some((type) => type.identifier === identifier)) throw invalid(`identifier '${identifier}' is taken`)
  if (types.length >= MAX_TYPES)
    throw badRequest('parameter_invalid', `A workspace has at most ${MAX_TYPES} types of custom objects`)
  const { id } = await insertType(workspace, { identifier, name, attributes: readAttributes(attributes) })
  await addRelations(workspace, id, readRelations(relations))
  return found(await findType(workspace, identifier))
}

/** Attributes keep their data types. */
export async function changeType(workspace: Workspace, identifier: string, request: TypeRequest): Promise<TypeRow> {
  await lockTypes(workspace)
  const before = found(await lockType(workspace, identifier))
  const { name = before.name } = request
  const attributes = request.attributes ? readAttributes(request.attributes) : before.attributes
  for (const { name, data_type } of before.attributes) {
    const after = attributes.find((one) => one.name === name)
    if (after && after.data_type !== data_type) throw invalid(`The data type of '${name}' cannot change`)
  }
  await assertNamesAreFree(workspace, before, attributes)
  await updateType(workspace, before.id, { name, attributes })
  const dropped = before.attributes.filter((one) => !attributes.some((kept) => kept.name === one.name))
  if (dropped.length)
    await dropValues(
      workspace,
      before.id,
      dropped.map(({ name }) => name),
    )
  if (request.relations) await replaceRelations(workspace, before, readRelations(request.relations))
  return found(await findType(workspace, identifier))
}

/** Also deletes its instances, and the references to them. */
export async function removeType(workspace: Workspace, identifier: string): Promise<void> {
  await lockTypes(workspace)
  found(await deleteType(workspace, identifier))
}

type GivenAttribute = NonNullable<TypeRequest['attributes']>[number]
type GivenRelation = NonNullable<TypeRequest['relations']>[number]

function readAttributes(given: readonly GivenAttribute[]): TypeAttribute[] {
  assertOnce(given.map(({ name }) => name))
  return given.map(({ name, data_type, description = '', options }) => {
    if ((data_type === 'list') !== (options !== undefined))
      throw invalid(`Attribute '${name}' must have options if it is a list, and only then`)
    return { name, data_type, description, ...(options && { options: [...new Set(options)] }) }
  })
}

function readRelations(given: readonly GivenRelation[]): Relation[] {
  assertOnce(given.map(({ from, attribute }) => `${attribute} of ${from}`))
  return given.map(({ many = true, ...relation }) => ({ ...relation, many }))
}

function assertOnce(names: readonly string[]) {
  const twice = names.find((name, n) => names.indexOf(name) !== n)
  if (twice !== undefined) throw invalid(`'${twice}' is given twice`)
}

/** An attribute of the type must not have the name with which its instances refer to others. */
async function assertNamesAreFree(workspace: Workspace, type: TypeRow, attributes: readonly TypeAttribute[]) {
  for (const { name } of attributes) {
    if (type.attributes.some((one) => one.name === name)) continue
    if (await isNameTaken(workspace, { object_type: 'instance', owner_type_id: type.id, name })) throw isTaken(name)
  }
}

const isTaken = (name: string) => invalid(`There is already an attribute with the name '${name}'`)

async function placeOf(workspace: Workspace, { from, attribute, many }: Relation): Promise<NewRelation> {
  const named = { name: attribute, is_many: many }
  if (OBJECTS.includes(from)) return { ...named, object_type: from, owner_type_id: null }
  const owner = await findType(workspace, from)
  if (!owner) throw invalid(`relations.from must be contact, conversation, ticket or a type, not '${from}'`)
  return { ...named, object_type: 'instance', owner_type_id: owner.id }
}

async function addRelations(workspace: Workspace, type_id: string, relations: readonly Relation[]) {
  for (const relation of relations) {
    const place = await placeOf(workspace, relation)
    if (await isNameTaken(workspace, place)) throw isTaken(place.name)
    await insertRelation(workspace, type_id, place)
  }
}

/** Those that do not change keep their references. */
async function replaceRelations(workspace: Workspace, before: TypeRow, relations: readonly Relation[]) {
  const isIn = (list: readonly Relation[]) => (one: Relation) =>
    list.some(({ from, attribute, many }) => from === one.from && attribute === one.attribute && many === one.many)
  for (const gone of before.relations.filter((one) => !isIn(relations)(one)))
    await deleteRelation(workspace, before.id, await placeOf(workspace, gone))
  await addRelations(
    workspace,
    before.id,
    relations.filter((one) => !isIn(before.relations)(one)),
  )
}
