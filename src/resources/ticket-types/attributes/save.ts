// Creates, changes and archives the attributes of ticket types. Each change locks the type.
import { found, invalid } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockTicketType } from '../queries.ts'
import { readItems } from './items.ts'
import { type AttributeRow, insertAttribute, lockAndCountAttributes, type Option, saveAttribute } from './queries.ts'
import type { AttributeRequest, NewAttributeRequest } from './schema.ts'

/** Of one type, archived ones included. */
const MAX_ATTRIBUTES = 100

/** Of all types of a workspace, archived ones included: the list of types has no pages, and has them all. */
const MAX_IN_WORKSPACE = { attributes: 2000, items: 5000 }

export async function createAttribute(
  workspace: Workspace,
  ticket_type_id: string,
  request: NewAttributeRequest,
): Promise<AttributeRow> {
  const stored = await lockAndCountAttributes(workspace)
  const { id, attributes } = found(await lockTicketType(workspace, ticket_type_id))
  if (attributes.length >= MAX_ATTRIBUTES)
    throw invalid(`The ticket type has ${MAX_ATTRIBUTES} attributes, archived ones included, which is the limit`)
  if (stored.attributes >= MAX_IN_WORKSPACE.attributes)
    throw invalid(`The ticket types have ${stored.attributes} attributes, archived ones included, which is the limit`)
  const { description, data_type, multiline = false, allow_multiple_values = false } = request
  const { required_to_create = false, required_to_create_for_contacts = false } = request
  const { visible_on_create = true, visible_to_contacts = true } = request
  const name = request.name.trim()
  assertFree(attributes, name)
  const options = data_type === 'list' ? readItems(request.list_items) : null
  assertRoom(stored.items, options)
  return insertAttribute(workspace, id, {
    ...{ name, description, data_type, required_to_create, required_to_create_for_contacts },
    ...{ visible_on_create, visible_to_contacts },
    multiline: data_type === 'string' && multiline,
    allow_multiple_values: data_type === 'files' && allow_multiple_values,
    options,
  })
}

/** Tickets show a new name at once, because they store the ids of attributes and items. */
export async function changeAttribute(
  workspace: Workspace,
  { ticket_type_id, id }: { ticket_type_id: string; id: string },
  request: AttributeRequest,
): Promise<AttributeRow> {
  const stored = await lockAndCountAttributes(workspace)
  const { attributes } = found(await lockTicketType(workspace, ticket_type_id))
  const before = found(attributes.find((attribute) => attribute.id === id))
  const { description, multiline, list_items, allow_multiple_values, archived } = request
  const { required_to_create, required_to_create_for_contacts, visible_on_create, visible_to_contacts } = request
  const after: AttributeRow = {
    ...before,
    ...defined({ name: request.name?.trim(), description, archived, required_to_create }),
    ...defined({ required_to_create_for_contacts, visible_on_create, visible_to_contacts }),
    ...(before.data_type === 'string' && defined({ multiline })),
    ...(before.data_type === 'files' && defined({ allow_multiple_values })),
    ...(before.options && list_items !== undefined && { options: readItems(list_items, before.options) }),
  }
  if (before.is_default) assertDefault(before, after)
  assertRoom(stored.items, after.options, before.options)
  const others = attributes.filter((other) => other !== before)
  if (!after.archived) assertFree(others, after.name)
  return saveAttribute(workspace, id, after)
}

function assertDefault(before: AttributeRow, after: AttributeRow): void {
  if (after.name !== before.name) throw invalid(`name of the default attribute ${before.name} cannot change`)
  if (after.archived) throw invalid(`archived cannot be true for the default attribute ${before.name}`)
  if (after.multiline !== before.multiline)
    throw invalid(`multiline of the default attribute ${before.name} cannot change`)
}

function assertRoom(stored: number, after: readonly Option[] | null, before: readonly Option[] | null = null): void {
  const added = (after?.length ?? 0) - (before?.length ?? 0)
  if (added > 0 && stored + added > MAX_IN_WORKSPACE.items)
    throw invalid(
      `list_items must not have more items: all lists together can have ${MAX_IN_WORKSPACE.items}, archived ones included`,
    )
}

/** An archived attribute leaves its name to others. */
function assertFree(others: readonly AttributeRow[], name: string): void {
  if (others.some((other) => !other.archived && other.name === name))
    throw invalid(`name '${name}' is that of another attribute of the ticket type`)
}
