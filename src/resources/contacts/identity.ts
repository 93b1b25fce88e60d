// No two users of a workspace share an email address, no two contacts an external id.
import { conflict } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findDuplicate, type Identity, lockIdentity } from './queries.ts'

/** @throws a 409 if another contact than `id` has one of these. SDKs read that contact's id from the message. */
export async function assertUnique(workspace: Workspace, identity: Identity, id: string | null = null): Promise<void> {
  if (!identity.email && !identity.external_id) return
  await lockIdentity(workspace, identity)
  const duplicate = await findDuplicate(workspace, identity, id)
  if (!duplicate) return
  const who = duplicate.is_live ? 'A contact' : 'An archived contact'
  throw conflict(`${who} matching those details already exists with id=${duplicate.id}`)
}
