// Queries that find the accounts of a webhook, and the delivery of a quoted message.

import type { AccountRow } from '#channel-accounts/rows.ts'
import { one, type Pool } from '#db/sql.ts'
import { reserves } from '#delivery/content.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Returns the accounts with one of these numbers, in all workspaces. The signature decides between them. */
export const findAccountsOf = (sql: Pool, phone_number_ids: string[]) => sql<AccountRow[]>`
  select * from channel_accounts where channel = 'whatsapp' and key = any(${phone_number_ids}::text[])
  order by workspace_id, id`

const BATCH = 100

/** Yields all WhatsApp accounts of all workspaces in batches. */
export const eachAccount = (sql: Pool): AsyncIterable<AccountRow[]> =>
  sql<AccountRow[]>`
  select * from channel_accounts where channel = 'whatsapp' order by workspace_id, id`.cursor(BATCH)

/**
 * Returns the contact and the conversation of the delivery with this wamid, if it was sent to this number (E.164, in any of
 * its spellings) or user id, and the contact is a participant of the conversation, or the conversation does not exist yet.
 */
export const findQuoted = (
  workspace: Workspace,
  wamid: string,
  { number, user_id }: { number: string | null; user_id: string | null },
) =>
  one(workspace.sql<{ contact_id: string; conversation_id: string }[]>`
    select contact_id, conversation_id from deliveries
    where workspace_id = ${workspace.id} and channel = 'whatsapp' and provider_id = ${wamid}
      and (phone_key(address) = phone_key(${number}) or address = ${user_id} or contact_id in (
        select contact_id from whatsapp_users where workspace_id = ${workspace.id} and user_id = ${user_id}))
      and (
        exists (
          select from conversation_contacts participants
          where participants.workspace_id = ${workspace.id}
            and participants.conversation_id = deliveries.conversation_id
            and participants.contact_id = deliveries.contact_id)
        or (${reserves(workspace.sql)} and not exists (
          select from conversations
          where conversations.workspace_id = ${workspace.id} and conversations.id = deliveries.conversation_id)))
    limit 1`)
