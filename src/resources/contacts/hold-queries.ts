// Holds a contact for a request that writes something for it, so that nothing is written for a merged contact.
import { one } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ContactRow } from './queries.ts'

/**
 * Returns the contact for a request that writes something that belongs to it: until the transaction ends, the contact cannot be
 * merged into another one, and other writers do not wait. Do not lock a conversation after it: replies lock the
 * conversation first.
 */
export const heldContact = async (workspace: Workspace, id: string): Promise<ContactRow> =>
  found(await holdContact(workspace, id), 'User Not Found')

/** As `heldContact`, but returns undefined if there is no such contact. */
export const holdContact = (workspace: Workspace, id: string) =>
  one(workspace.sql<ContactRow[]>`
    select * from contacts where workspace_id = ${workspace.id} and id = ${id} and is_live for key share`)
