// Creates, changes and archives conversation attributes.
import { randomUUID } from 'node:crypto'
import { found, notFound } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import { listTeams } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type AttributeRow,
  countAttributes,
  findAttribute,
  hasLiveName,
  insertAttribute,
  lockAttribute,
  saveAttribute,
} from './queries.ts'
import { noListAttribute, readDataType, readLabels, readName, refused } from './read.ts'
import type { AttributeChanges, NewAttributeRequest } from './schema.ts'

const MAX_ATTRIBUTES = 250

const NO_ATTRIBUTE = ['Conversation attribute not found', 'conversation_attribute_not_found'] as const

/** @throws a 404 if there is no such attribute. */
export const theAttribute = async (workspace: Workspace, id: string): Promise<AttributeRow> =>
  found(await findAttribute(workspace, id), ...NO_ATTRIBUTE)

/** Locks it until the transaction ends. @throws a 404 if there is no such attribute. */
export const theLockedAttribute = async (workspace: Workspace, id: string): Promise<AttributeRow> =>
  found(await lockAttribute(workspace, id), ...NO_ATTRIBUTE)

export async function createAttribute(workspace: Workspace, request: NewAttributeRequest): Promise<AttributeRow> {
  const { description = '', multiline = false, required = false, visible_to_team_ids = [], reference } = request
  const name = readName(request.name)
  const data_type = readDataType(request.data_type)
  if (data_type !== 'list' && request.options !== undefined) throw noListAttribute()
  if (data_type === 'relationship' && !reference) throw refused('reference is required for a relationship')
  await assertTeams(workspace, visible_to_team_ids)
  if ((await countAttributes(workspace)) >= MAX_ATTRIBUTES)
    throw refused(`There are ${MAX_ATTRIBUTES} conversation attributes already`)
  const created = await insertAttribute(workspace, {
    name,
    description,
    data_type,
    multiline: data_type === 'string' && multiline,
    required,
    visible_to_team_ids,
    options: data_type === 'list' ? readLabels(request.options).map(newOption) : null,
    reference: (data_type === 'relationship' && reference) || null,
  })
  if (!created) throw nameIsTaken(name)
  return created
}

export const newOption = (label: string) => ({ id: randomUUID(), label, archived: false })

/** Conversations show the new name at once, because they store the id. */
export async function changeAttribute(
  workspace: Workspace,
  id: string,
  request: AttributeChanges,
): Promise<AttributeRow> {
  const before = await theLockedAttribute(workspace, id)
  const { description, required, visible_to_team_ids, multiline, reference } = request
  const name = request.name === undefined ? before.name : readName(request.name)
  await assertTeams(workspace, visible_to_team_ids ?? [])
  if (!before.archived && name !== before.name && (await hasLiveName(workspace, name))) throw nameIsTaken(name)
  return saveAttribute(workspace, id, {
    ...before,
    name,
    ...defined({ description, required, visible_to_team_ids }),
    ...(before.data_type === 'string' && defined({ multiline })),
    ...(before.data_type === 'relationship' && defined({ reference })),
  })
}

/** Conversations keep their values of it, but no longer show them; another attribute can get its name. */
export async function archiveAttribute(workspace: Workspace, id: string): Promise<AttributeRow> {
  const before = await theLockedAttribute(workspace, id)
  return before.archived ? before : saveAttribute(workspace, id, { ...before, archived: true })
}

async function assertTeams(workspace: Workspace, ids: readonly string[]): Promise<void> {
  if (!ids.length) return
  const teams = new Set((await listTeams(workspace)).map(({ id }) => id))
  if (ids.some((id) => !teams.has(id))) throw notFound('Team not found', 'team_not_found')
}

const nameIsTaken = (name: string) => refused(`There is a conversation attribute with the name '${name}' already`)
