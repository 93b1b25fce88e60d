// The SQL of WhatsApp's user ids: which contact each belongs to, and how a contact is addressed.
import { type Fragment, one, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ContactRow } from './queries.ts'

export type WhatsAppUserRow = { user_id: string; contact_id: string; phone_number_id: string; username: string | null }

/** Returns the live contact of a user id. */
export const findByWhatsAppUser = (workspace: Workspace, user_id: string) =>
  one(workspace.sql<(ContactRow & Pick<WhatsAppUserRow, 'phone_number_id' | 'username'>)[]>`
    select contacts.*, phone_number_id, username from whatsapp_users users
    join contacts on contacts.workspace_id = users.workspace_id and contacts.id = contact_id and is_live
    where users.workspace_id = ${workspace.id} and user_id = ${user_id}`)

/** Whether the contact is another user of the same business. */
export const hasOtherWhatsAppUser = async (
  workspace: Workspace,
  { contact_id, user_id, phone_number_id }: Omit<WhatsAppUserRow, 'username'>,
): Promise<boolean> =>
  (
    await workspace.sql`
      select from whatsapp_users
      where workspace_id = ${workspace.id} and contact_id = ${contact_id} and phone_number_id = ${phone_number_id}
        and user_id <> ${user_id}
      limit 1`
  ).count > 0

/** Makes the user id the contact's. */
export const saveWhatsAppUser = (
  workspace: Workspace,
  { user_id, contact_id, phone_number_id, username }: WhatsAppUserRow,
) => workspace.sql`
  insert into whatsapp_users (workspace_id, user_id, contact_id, phone_number_id, username, updated_at)
  values (${workspace.id}, ${user_id}, ${contact_id}, ${phone_number_id}, ${username}, ${workspace.now()})
  on conflict (workspace_id, user_id) do update set contact_id = excluded.contact_id,
    phone_number_id = excluded.phone_number_id, username = coalesce(excluded.username, whatsapp_users.username),
    updated_at = excluded.updated_at`

/** Gives the contact of the old user id the new one too. Does nothing if the old one is unknown. */
export const copyWhatsAppUser = (workspace: Workspace, old: string, user_id: string) => workspace.sql`
  insert into whatsapp_users (workspace_id, user_id, contact_id, phone_number_id, username, updated_at)
  select workspace_id, ${user_id}, contact_id, phone_number_id, username, ${workspace.now()} from whatsapp_users
  where workspace_id = ${workspace.id} and user_id = ${old}
  on conflict (workspace_id, user_id) do nothing`

/**
 * Returns the address of `contacts` (a table or alias) on WhatsApp: the phone number, which Meta recommends, or else the
 * latest user id; null without both.
 */
export const whatsappAddress = (sql: Sql, workspace_id: string, contacts: Fragment): Fragment => sql`
  coalesce(${contacts}.formatted_phone, (
    select user_id from whatsapp_users
    where workspace_id = ${workspace_id} and contact_id = ${contacts}.id
    order by updated_at desc, user_id limit 1))`

/** Makes the user ids of one contact those of another one. */
export const moveWhatsAppUsers = (workspace: Workspace, from: string, into: string) => workspace.sql`
  update whatsapp_users set contact_id = ${into} where workspace_id = ${workspace.id} and contact_id = ${from}`
