// POST /visitors/convert: a visitor becomes a lead or a user, or part of a contact that exists.
import { found, missing } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import { findNamed, onlyOne } from '#resources/contacts/named.ts'
import { type ContactRow, lockIdentity, type WholeContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { absorb, emitSignedUp, leadFrom, userFrom } from './become.ts'
import { findVisitor, takeVisitor, type VisitorRow } from './queries.ts'
import type { ConvertVisitorRequest } from './schema.ts'

const NOT_FOUND = 'Visitor Not Found'
const ACTIVITY = 'contact.role_updated'

/** @throws a 404 if there is no such visitor, or it is a contact already */
export async function convertVisitor(workspace: Workspace, request: ConvertVisitorRequest): Promise<WholeContactRow> {
  const { type, visitor: name } = request
  const user = request.user ?? {}
  if (name.id === undefined && name.user_id === undefined && name.email === undefined)
    throw missing('One of visitor.id, visitor.user_id and visitor.email is required')
  if (type === 'user' && user.id === undefined && user.user_id === undefined && user.email === undefined)
    throw missing('One of user.id, user.user_id and user.email is required')
  const named = found(await findVisitor(workspace, name), NOT_FOUND)
  const { user_id = null, email = null } = user
  await lockIdentity(workspace, { external_id: named.user_id }, { external_id: user_id, email })
  const visitor = found(await takeVisitor(workspace, named.user_id), NOT_FOUND)
  const target = await targetOf(workspace, user)
  const contact = target ? await join(workspace, target, visitor, request) : await create(workspace, visitor, request)
  if (contact.role === 'user') await emitSignedUp(workspace, contact, visitor)
  return contact
}

/** @throws a 404 for an unknown id of ours, a 409 if several users have the email */
async function targetOf(
  workspace: Workspace,
  { id, user_id, email }: NonNullable<ConvertVisitorRequest['user']>,
): Promise<ContactRow | undefined> {
  const contacts = await findNamed(workspace, { id, user_id, email })
  return contacts?.length || id !== undefined ? onlyOne(contacts ?? []) : undefined
}

/** A lead becomes a user if the request says so; a user stays one. */
function join(workspace: Workspace, target: ContactRow, visitor: VisitorRow, { type, user }: ConvertVisitorRequest) {
  const is_promoted = type === 'user' && target.role === 'lead'
  const { user_id: external_id = null, email } = user ?? {}
  return absorb(workspace, target, visitor, {
    ...(is_promoted && { role: 'user', external_id, signed_up_at: secondsOf(workspace) }),
    ...(email !== undefined && !target.email && { email }),
  })
}

const create = (workspace: Workspace, visitor: VisitorRow, { type, user }: ConvertVisitorRequest) => {
  const { user_id: external_id, email } = user ?? {}
  if (type === 'lead') return leadFrom(workspace, visitor, ACTIVITY, email ?? null)
  const identity = defined({ external_id, email })
  return userFrom(workspace, visitor, ACTIVITY, { ...identity, signed_up_at: secondsOf(workspace) })
}

const secondsOf = (workspace: Workspace): number => Math.floor(workspace.now().getTime() / 1000)
