// The rows of a demo workspace that nothing else inserts, and whom its first message goes to.
import { one, type Sql } from '#db/sql.ts'

type Named = { name: string }

export const insertTeam = (sql: Sql, workspace_id: string, { name }: Named, admin_ids: string[]) => sql`
  insert into teams (workspace_id, name, admin_ids) values (${workspace_id}, ${name}, ${admin_ids})`

export const insertAwayStatusReasons = (sql: Sql, workspace_id: string, rows: { label: string; emoji: string }[]) =>
  sql`insert into away_status_reasons ${sql(rows.map((row) => ({ workspace_id, ...row })))}`

type Template = Named & { language: string; category: string; body: string }

export const insertWhatsappTemplates = (sql: Sql, workspace_id: string, rows: Template[]) =>
  sql`insert into whatsapp_templates ${sql(rows.map((row) => ({ workspace_id, ...row })))}`

type Contact = Named & {
  id: string
  role: string
  external_id: string
  email: string
  phone: string | null
  unsubscribed_from_emails: boolean
  unsubscribed_from_sms: boolean
}

export const insertContacts = (sql: Sql, workspace_id: string, rows: Contact[], at: Date) =>
  sql`insert into contacts ${sql(
    rows.map((row) => ({ workspace_id, ...row, formatted_phone: row.phone, created_at: at, updated_at: at })),
  )}`

/** The contact that came first and can be written to by email. */
export const findRecipient = (sql: Sql, workspace_id: string) =>
  one(sql<{ id: string; role: string; name: string | null }[]>`
    select id, role, name from contacts
    where workspace_id = ${workspace_id} and email is not null
      and is_live
    order by created_at, id limit 1`)
