// The contact whom a request names as the sender: by its id, its external id, or its email.
import { type TProperties, Type } from 'typebox'
import { conflict, found, missing } from '#http/errors.ts'
import { Id } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ContactRow, findContact, findContactsBy } from './queries.ts'

export type SenderName = { id?: string | undefined; user_id?: string | undefined; email?: string | undefined }

/** How requests name a contact, besides by `id` or whatever they call that. */
export const CONTACT_NAMES = {
  user_id: Type.Optional(Id),
  email: Type.Optional(Type.String({ maxLength: 320 })),
} satisfies TProperties

/** Throws where nobody is named or found, and where an email belongs to several users. */
export async function findSender(workspace: Workspace, { id, user_id, email }: SenderName): Promise<ContactRow> {
  if (id !== undefined) return found(await findContact(workspace, id), 'User Not Found')
  if (user_id !== undefined) return onlyOne(await findContactsBy(workspace, 'external_id', user_id))
  if (email !== undefined) return onlyOne(await findContactsBy(workspace, 'email', email))
  throw missing('A contact is required: its id, user_id or email')
}

/** A user goes before the leads with the same email. */
function onlyOne([first, second]: readonly ContactRow[]): ContactRow {
  if (first?.role === 'user' && second?.role === 'user') {
    throw conflict('Multiple existing users match this email address - must be more specific using user_id')
  }
  return found(first, 'User Not Found')
}
