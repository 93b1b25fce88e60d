// The contact that a request names: by its id, its external id, or its email.
import { type TProperties, Type } from 'typebox'
import { conflict, found, missing } from '#http/errors.ts'
import { Id } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ContactRow, findContact, findContactsBy } from './queries.ts'

export type ContactName = { id?: string | undefined; user_id?: string | undefined; email?: string | undefined }

/** How requests name a contact, besides by `id` or whatever they call that. */
export const CONTACT_NAMES = {
  user_id: Type.Optional(Id),
  email: Type.Optional(Type.String({ maxLength: 320 })),
} satisfies TProperties

/** Returns the contacts that the name fits, users first; undefined if it names none. */
export async function findNamed(
  workspace: Workspace,
  { id, user_id, email }: ContactName,
): Promise<ContactRow[] | undefined> {
  if (id !== undefined) {
    const contact = await findContact(workspace, id)
    return contact ? [contact] : []
  }
  if (user_id !== undefined) return findContactsBy(workspace, 'external_id', user_id)
  return email === undefined ? undefined : findContactsBy(workspace, 'email', email)
}

/** Throws if nobody is named or found, and if an email belongs to several users. */
export async function findSender(workspace: Workspace, name: ContactName): Promise<ContactRow> {
  const named = await findNamed(workspace, name)
  if (!named) throw missing('A contact is required: its id, user_id or email')
  return onlyOne(named)
}

/** Returns the first of contacts with one address, users first. Throws a 404 if there is none, a 409 for two users. */
export function onlyOne([first, second]: readonly ContactRow[]): ContactRow {
  if (first?.role === 'user' && second?.role === 'user') {
    throw conflict('Multiple existing users match this email address - must be more specific using user_id')
  }
  return found(first, 'User Not Found')
}
