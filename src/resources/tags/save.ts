// POST /tags: what its one body asks for is told by which keys it has.
import type { Static } from 'typebox'
import { found, invalid, notFound } from '#http/errors.ts'
import { type ContactRow, findContact, findContactsBy } from '#resources/contacts/queries.ts'
import { before } from '#versions/versions.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { contacts } from './carriers.ts'
import { findOrInsertTag, findTagByName, renameTag, type TagRow } from './queries.ts'
import { type CreatedTag, presentTag, type TagRequest } from './schema.ts'
import { attach, detach } from './taggable.ts'

export async function saveTag(workspace: Workspace, request: TagRequest): Promise<Static<typeof CreatedTag>> {
  const name = request.name?.trim()
  if (!name) throw invalid('invalid tag parameters')
  if (request.companies?.length) assertNoneUnknown(workspace, 'Company Not Found', 'company_not_found')

  const tag =
    request.id === undefined ? await findOrInsertTag(workspace, name) : await rename(workspace, request.id, name)
  const users = await tagUsers(workspace, tag, request.users ?? [])
  return { ...presentTag(tag), users, companies: [] }
}

async function rename(workspace: Workspace, id: string, name: string): Promise<TagRow> {
  const namesake = await findTagByName(workspace, name)
  if (namesake && namesake.id !== id) throw invalid(`A tag named '${namesake.name}' already exists`)
  return found(await renameTag(workspace, id, name))
}

type UserToTag = NonNullable<TagRequest['users']>[number]

async function tagUsers(workspace: Workspace, tag: TagRow, users: UserToTag[]) {
  const tagged: { id: string; tagged: boolean }[] = []
  for (const user of users) {
    const contact = await contactOf(workspace, user)
    if (!contact) {
      assertNoneUnknown(workspace, 'User Not Found', 'not_found')
      continue
    }
    if (user.untag) await detach(workspace, contacts, contact, tag)
    else await attach(workspace, contacts, contact, tag, workspace.admin_id)
    tagged.push({ id: contact.id, tagged: !user.untag })
  }
  return tagged
}

async function contactOf(workspace: Workspace, { id, user_id, email }: UserToTag): Promise<ContactRow | undefined> {
  if (id !== undefined) return findContact(workspace, id)
  if (user_id !== undefined) return (await findContactsBy(workspace, 'external_id', user_id))[0]
  if (email !== undefined) return (await findContactsBy(workspace, 'email', email))[0]
  throw invalid('invalid tag parameters')
}

/** Since 2.16 whom nobody knows is left out; before, one unknown refuses the whole request. */
function assertNoneUnknown(workspace: Workspace, message: string, code: string) {
  if (before(workspace.version, '2.16')) throw notFound(message, code)
}
