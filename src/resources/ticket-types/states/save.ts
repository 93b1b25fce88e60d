// Creates and changes ticket states. They are archived, and never deleted, because tickets keep them.
import { found, invalid, notFound } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  addTypes,
  findState,
  insertState,
  lockAndCountStates,
  lockState,
  removeTypes,
  type StateOfTypes,
  typesWithTickets,
  updateState,
} from './queries.ts'
import type { NewStateRequest, StateRequest } from './schema.ts'

/** Archived ones included. The list of states has no pages. */
const MAX_STATES = 100

export async function createState(workspace: Workspace, request: NewStateRequest): Promise<StateOfTypes> {
  const { category, ticket_type_ids = [] } = request
  const internal_label = request.internal_label.trim()
  if ((await lockAndCountStates(workspace)) >= MAX_STATES)
    throw invalid(`There are ${MAX_STATES} ticket states, archived ones included, which is the limit`)
  const external_label = request.external_label?.trim() ?? internal_label
  const id = await insertState(workspace, { category, internal_label, external_label, archived: false })
  await assertAdded(workspace, id, ticket_type_ids)
  return found(await findState(workspace, id))
}

export async function changeState(workspace: Workspace, id: string, request: StateRequest): Promise<StateOfTypes> {
  const state = found(await lockState(workspace, id))
  if (state.is_default) assertDefault(state, request)
  const { category, archived, ticket_type_ids } = request
  if (category !== undefined && category !== state.category) await assertWithoutTickets(workspace, state)
  if (ticket_type_ids) await setTypes(workspace, state, ticket_type_ids)
  const labels = { internal_label: request.internal_label?.trim(), external_label: request.external_label?.trim() }
  await updateState(workspace, state.id, { ...state, ...defined({ ...labels, category, archived }) })
  return found(await findState(workspace, state.id))
}

/** Its labels can change. */
function assertDefault({ category }: StateOfTypes, request: StateRequest): void {
  if (request.category !== undefined && request.category !== category)
    throw invalid('category of a default state cannot change')
  if (request.archived) throw invalid('archived cannot be true for a default state')
  if (request.ticket_type_ids) throw invalid('ticket_type_ids of a default state cannot change: every type has it')
}

async function assertWithoutTickets(workspace: Workspace, { id, ticket_types }: StateOfTypes): Promise<void> {
  const in_use = await typesWithTickets(workspace, id, ids(ticket_types))
  if (in_use.length) throw invalid('category cannot change, because tickets have the state')
}

async function setTypes(workspace: Workspace, state: StateOfTypes, type_ids: readonly string[]): Promise<void> {
  const removed = ids(state.ticket_types).filter((type_id) => !type_ids.includes(type_id))
  const in_use = await typesWithTickets(workspace, state.id, removed)
  if (in_use.length) throw invalid(`ticket_type_ids must keep ${in_use.join(', ')}: tickets of the type have the state`)
  await removeTypes(workspace, state.id, removed)
  await assertAdded(workspace, state.id, type_ids)
}

async function assertAdded(workspace: Workspace, id: string, type_ids: readonly string[]): Promise<void> {
  if (!type_ids.length) return
  const added = await addTypes(workspace, id, type_ids)
  if (type_ids.some((type_id) => !added.includes(type_id))) throw notFound('Ticket type not found')
}

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)
