// The one thing that an unsubscribe link does.
import type { Sql } from '#db/sql.ts'

/** Whether there is such a contact; the event tells of it once. */
export async function unsubscribe(sql: Sql, workspace_id: string, contact_id: string, at: Date): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    with left_now as (
      update contacts set unsubscribed_from_emails = true, updated_at = ${at}
      where workspace_id = ${workspace_id} and id = ${contact_id} and not unsubscribed_from_emails
      returning workspace_id, id
    ),
    event as (
      insert into events (workspace_id, topic, object_type, object_id, created_at)
      select workspace_id, 'contact.unsubscribed', 'contact', id, ${at} from left_now
    )
    select exists(select from contacts where workspace_id = ${workspace_id} and id = ${contact_id}) as known`
  return row?.known ?? false
}
