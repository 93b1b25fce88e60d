// Creates and changes ticket types. They are archived, and never deleted, because tickets keep them.
import { found, invalid } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  hasTickets,
  insertTicketType,
  lockAndCountTicketTypes,
  lockTicketType,
  type TicketTypeRow,
  updateTicketType,
} from './queries.ts'
import type { NewTicketTypeRequest, TicketTypeRequest } from './schema.ts'

/** Archived ones included. The list of types has no pages. */
const MAX_TYPES = 200

const DEFAULTS = {
  description: '',
  icon: '🎟️',
  category: 'Customer',
  is_internal: false,
  archived: false,
} as const

export async function createTicketType(workspace: Workspace, request: NewTicketTypeRequest): Promise<TicketTypeRow> {
  if ((await lockAndCountTicketTypes(workspace)) >= MAX_TYPES)
    throw invalid(`There are ${MAX_TYPES} ticket types, archived ones included, which is the limit`)
  const { name, description, icon, category, is_internal } = request
  return insertTicketType(workspace, {
    ...DEFAULTS,
    name: name.trim(),
    ...defined({ description, icon, category, is_internal }),
  })
}

export async function changeTicketType(
  workspace: Workspace,
  id: string,
  { name, description, icon, category, is_internal, archived }: TicketTypeRequest,
): Promise<TicketTypeRow> {
  const type = found(await lockTicketType(workspace, id))
  if (category !== undefined && category !== type.category && (await hasTickets(workspace, type.id)))
    throw invalid('category cannot change, because there are tickets of this type')
  const changes = { name: name?.trim(), description, icon, category, is_internal, archived }
  return updateTicketType(workspace, type.id, { ...type, ...defined(changes) })
}
