// Which addresses of a contact say who somebody is, and which were only said by a page of the messenger.
import { type Fragment, one, type Sql } from '#db/sql.ts'
import { verifiesIdentities } from '#resources/secure-mode-secrets/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The addresses that a person can be recognized by. */
export type AddressKind = 'email' | 'phone'

/**
 * The condition that a contact may be found by its email or phone. An address that was only said counts in workspaces
 * that do not verify identities. `workspace_id` is the id, or SQL for it.
 */
export const addressMatches = (sql: Sql, workspace_id: string | Fragment, kind: AddressKind): Fragment => sql`
  (${sql(`${kind}_trusted`)} or not ${verifiesIdentities(sql, workspace_id)})`

/**
 * Returns whether the email or phone of a contact proves who the contact is. Ask it before something that belongs to an
 * address is given to the contact, such as before two contacts with one email become one.
 */
export const addressIdentifies = async (
  workspace: Workspace,
  contact_id: string,
  kind: AddressKind,
): Promise<boolean> =>
  (
    await workspace.sql`
      select from contacts
      where workspace_id = ${workspace.id} and id = ${contact_id}
        and ${workspace.sql(kind === 'email' ? 'email' : 'formatted_phone')} is not null
        and ${addressMatches(workspace.sql, workspace.id, kind)}`
  ).count > 0

/**
 * Returns another contact that has this address, trusted or not; archived and deleted ones count too. `value`: an email,
 * or a phone number in E.164. Lock the value with `lockIdentity` first.
 */
export const findHolder = (workspace: Workspace, kind: AddressKind, value: string, id: string | null) => {
  const { sql } = workspace
  const has =
    kind === 'email' ? sql`lower(email) = lower(${value})` : sql`phone_key(formatted_phone) = phone_key(${value})`
  return one(sql<{ id: string }[]>`
    select id from contacts
    where workspace_id = ${workspace.id} and ${has} and id is distinct from ${id} and merged_into is null limit 1`)
}
