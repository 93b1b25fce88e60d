// The contact that a request names: by its id, its external id, or its email.
import { type TProperties, Type } from 'typebox'
import { conflict, found, missing } from '#http/errors.ts'
import { Id } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ContactRow, findContact, findContactsBy } from './queries.ts'

export type ContactName = { id?: string | undefined; user_id?: string | undefined; email?: string | undefined }

/** Properties with which requests name a contact, besides an id. */
export const CONTACT_NAMES = {
  user_id: Type.Optional(Id),
  email: Type.Optional(Type.String({ maxLength: 320 })),
} satisfies TProperties

/** Returns the matching contacts, users first, or undefined if the request names no contact. */
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

/** @throws a 400 if no contact is named, a 404 if none is found, a 409 if several users have the email. */
export async function findSender(workspace: Workspace, name: ContactName): Promise<ContactRow> {
  const named = await findNamed(workspace, name)
  if (!named) throw missing('A contact is required: its id, user_id or email')
  return onlyOne(named)
}

/** Returns the first contact; users come first. @throws a 404 if there is none, a 409 for two users. */
export function onlyOne([first, second]: readonly ContactRow[]): ContactRow {
  if (first?.role === 'user' && second?.role === 'user') {
    throw conflict('Multiple existing users match this email address - must be more specific using user_id')
  }
  return found(first, 'User Not Found')
}
