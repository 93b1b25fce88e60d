// SQL fragments of contacts for the statements of other folders.
import type { Fragment, Sql } from '#db/sql.ts'
import type { Recipients } from '#delivery/recipients.ts'
import { contactEvents } from './topics.ts'

/** A bounce or a complaint says nothing about another email that the contact has by now, such as after a merge. */
const isCurrent = (sql: Sql): Fragment => sql`(email is null or lower(email) = any(bounced_at))`

/** Updates contacts from the outcomes of deliveries: contacted, bounced, complained, unsubscribed. */
export const contactRecords: Recipients = {
  update: (sql, changes) => sql`
    update contacts set
      last_contacted_at = case when contacted then at else last_contacted_at end,
      has_hard_bounced = has_hard_bounced or (hard_bounce and ${isCurrent(sql)}),
      marked_email_as_spam = marked_email_as_spam or (spam_complaint and ${isCurrent(sql)}),
      unsubscribed_from_emails = unsubscribed_from_emails or leaves_emails,
      unsubscribed_from_sms = unsubscribed_from_sms or leaves_sms,
      sms_consent = sms_consent and not leaves_sms,
      unsubscribed_from_whatsapp = unsubscribed_from_whatsapp or leaves_whatsapp
    from ${changes} changes
    where contacts.workspace_id = changes.workspace_id and contacts.id = changes.contact_id and (
      contacted or (((hard_bounce and not has_hard_bounced) or (spam_complaint and not marked_email_as_spam))
        and ${isCurrent(sql)}) or (leaves_emails and not unsubscribed_from_emails) or (leaves_sms and not unsubscribed_from_sms)
      or (leaves_whatsapp and not unsubscribed_from_whatsapp))
    returning contacts.id`,
  insertEvents: (sql, changes) =>
    contactEvents.insertFrom(
      sql,
      'contact.unsubscribed',
      sql`
      select changes.workspace_id, contact_id as object_id, '{}'::jsonb as details, null as actor_type, null as actor_id,
        at as created_at
      from ${changes} changes join contacts
        on contacts.workspace_id = changes.workspace_id and contacts.id = changes.contact_id
      where (leaves_emails and not unsubscribed_from_emails) or (leaves_sms and not unsubscribed_from_sms)
        or (leaves_whatsapp and not unsubscribed_from_whatsapp)`,
    ),
}

/** Returns a join with `contact_name` and `contact_email`; nulls if the contact is gone. Both arguments are SQL. */
export const namedContact = (sql: Sql, workspace_id: Fragment, contact_id: Fragment): Fragment => sql`
  left join lateral (
    select name as contact_name, email as contact_email from contacts
    where contacts.workspace_id = ${workspace_id} and contacts.id = ${contact_id} limit 1
  ) named on true`
