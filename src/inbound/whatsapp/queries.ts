// Whose webhook it is, what a quoted message belongs to, and who behind a number has been written to.

import type { AccountRow } from '#channel-accounts/rows.ts'
import { one, type Pool } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** The accounts that any of these numbers may mean, in every workspace; whose signature fits tells which. */
export const findAccountsOf = (sql: Pool, phone_number_ids: string[]) => sql<AccountRow[]>`
  select * from channel_accounts where channel = 'whatsapp' and key = any(${phone_number_ids}::text[])
  order by workspace_id, id`

const AT_ONCE = 100

/** Every WhatsApp account of every workspace, some at a time. */
export const eachAccount = (sql: Pool): AsyncIterable<AccountRow[]> =>
  sql<AccountRow[]>`
  select * from channel_accounts where channel = 'whatsapp' order by workspace_id, id`.cursor(AT_ONCE)

/**
 * The delivery that a message with this wamid was, where it went to one of these numbers: to which contact, and in which
 * conversation, if the contact takes part in that or it is still to come.
 */
export const findQuoted = (workspace: Workspace, wamid: string, numbers: string[]) =>
  one(workspace.sql<{ contact_id: string; conversation_id: string }[]>`
    select contact_id, conversation_id from deliveries
    where workspace_id = ${workspace.id} and channel = 'whatsapp' and provider_id = ${wamid}
      and address = any(${numbers}::text[])
      and (
        exists (
          select from conversation_contacts taking_part
          where taking_part.workspace_id = ${workspace.id}
            and taking_part.conversation_id = deliveries.conversation_id
            and taking_part.contact_id = deliveries.contact_id)
        or (part_id is null and not exists (
          select from conversations
          where conversations.workspace_id = ${workspace.id} and conversations.id = deliveries.conversation_id)))
    limit 1`)
