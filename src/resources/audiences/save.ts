// Creates, changes and deletes audiences.
import { isDeepStrictEqual } from 'node:util'
import { found, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type AudienceRow,
  deleteAudience,
  insertAudience,
  lockAudience,
  type NewAudience,
  updateAudience,
} from './queries.ts'
import { type AudienceRequest, presentAudience } from './schema.ts'
import { audienceEvents } from './topics.ts'

/** Takes a deleted audience out of all content of a kind. Its noun provides it, because this folder imports none of them. */
export type ForgetAudience = (workspace: Workspace, audience_id: string) => Promise<unknown>

export async function createAudience(workspace: Workspace, request: AudienceRequest): Promise<AudienceRow> {
  if (request.name === undefined || request.name === null) throw refused('Name is required')
  const audience = await insertAudience(workspace, read(request, { name: '', predicates: [], role_predicates: [] }))
  await emit(workspace, 'audience.created', audience)
  return audience
}

/** What the request leaves out stays; lists are replaced. */
export async function changeAudience(workspace: Workspace, id: string, request: AudienceRequest): Promise<AudienceRow> {
  const before = found(await lockAudience(workspace, id))
  const { name, predicates, role_predicates } = before
  const kept = { name, predicates, role_predicates }
  const after = read(request, kept)
  if (isDeepStrictEqual(after, kept)) return before
  const audience = await updateAudience(workspace, before.id, after)
  await emit(workspace, 'audience.updated', audience)
  return audience
}

export async function removeAudience(workspace: Workspace, id: string, forget: readonly ForgetAudience[]) {
  const audience = found(await deleteAudience(workspace, id))
  for (const forgetIn of forget) await forgetIn(workspace, audience.id)
  await audienceEvents.emit(workspace, {
    topic: 'audience.deleted',
    object_id: audience.id,
    details: { deleted: true },
    snapshot: () => ({ type: 'audience', id: audience.id, deleted: true }),
  })
}

const emit = (workspace: Workspace, topic: 'audience.created' | 'audience.updated', audience: AudienceRow) =>
  audienceEvents.emit(workspace, { topic, object_id: audience.id, snapshot: () => presentAudience(audience) })

function read({ name, predicates, role_predicates }: AudienceRequest, before: NewAudience): NewAudience {
  if (name !== undefined && !name?.trim()) throw refused('Name must not be blank')
  return {
    name: name?.trim() ?? before.name,
    predicates: predicates?.map(predicateOf) ?? before.predicates,
    role_predicates: role_predicates?.map(predicateOf) ?? before.role_predicates,
  }
}

type Asked = NonNullable<AudienceRequest['predicates']>[number]

const predicateOf = ({ attribute, type = 'string', comparison, value }: Asked) => ({
  ...{ attribute, type, comparison, value },
})

const refused = (message: string) => unprocessable('validation_error', message)
