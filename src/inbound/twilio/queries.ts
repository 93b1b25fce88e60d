// Finds which of several workspaces wrote to a number.
import { one, type Pool } from '#db/sql.ts'

/** Returns the workspace that sent the latest SMS to the number, in any of its spellings. */
export const findLastWriter = async (sql: Pool, workspace_ids: string[], number: string) =>
  (
    await one(sql<{ workspace_id: string }[]>`
      select deliveries.workspace_id from contacts
      join deliveries on deliveries.workspace_id = contacts.workspace_id and contact_id = contacts.id
      where contacts.workspace_id = any(${workspace_ids}::text[]) and phone_key(formatted_phone) = phone_key(${number})
        and channel = 'sms' and phone_key(address) = phone_key(${number})
      order by deliveries.created_at desc limit 1`)
  )?.workspace_id
