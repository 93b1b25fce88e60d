// Many deliveries with their histories, for tests and measurements of exports.
import type { Pool } from '#db/sql.ts'

/** The name of contact `n`: characters that CSV must quote. */
export const NAMES = ['a, b', 'say "hi"', 'two\nlines', '😀 emoji', "it's \\N"]

/** Inserts a message to `count` contacts: every third was read, every tenth bounced for good. */
export async function insertReceipts(sql: Pool, workspace_id: string, count: number): Promise<void> {
  await sql.begin(async (sql) => {
    await sql`
      insert into contacts (workspace_id, id, role, external_id, email, name, created_at, updated_at)
      select ${workspace_id}, 'r' || lpad(n::text, 23, '0'), 'user', 'receiver-' || n, 'receiver-' || n || '@example.com',
        (${NAMES}::text[])[1 + n % ${NAMES.length}], now(), now()
      from generate_series(1, ${count}::int) n`
    await sql`
      with message as (
        insert into messages (workspace_id, author_type, author_id, message_type, subject, conversation_id, created_at)
        values (${workspace_id}, 'admin', '1', 'email', 'News, "of" the day', 0, now()) returning id
      ),
      sent as (
        insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type,
          address, status, attempts, created_at, updated_at)
        select ${workspace_id}, 'email', message.id, message.id, nextval('conversation_ids'), 'r' || lpad(n::text, 23, '0'),
          'bcc', 'receiver-' || n || '@example.com',
          case when n % 10 = 0 then 'failed' when n % 3 = 0 then 'read' else 'delivered' end, 1, now(), now()
        from message, generate_series(1, ${count}::int) n order by n
        returning id, status
      )
      insert into delivery_history (workspace_id, delivery_id, event, status, attempt, effect, at)
      select ${workspace_id}, sent.id, event, entry, 1, case entry when 'failed' then 'hard_bounce' end, now()
      from sent
      cross join lateral (values ('attempt', 'sent'), ('report', sent.status)) entries (event, entry)`
  })
  await sql`analyze deliveries`
  await sql`analyze delivery_history`
  await sql`analyze contacts`
}
