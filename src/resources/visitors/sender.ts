// Who starts a conversation through the API: a contact, or a visitor, who becomes a lead by that.
import { type ContactName, findNamed, findSender, onlyOne } from '#resources/contacts/named.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findAsLead } from './become.ts'

/** @throws a 400 if nobody is named, a 404 if nobody is found, a 409 if several users have the email */
export async function senderOf(workspace: Workspace, name: ContactName): Promise<ContactRow> {
  const named = await findNamed(workspace, name)
  if (named?.length) return onlyOne(named)
  return (await findAsLead(workspace, name)) ?? findSender(workspace, name)
}
