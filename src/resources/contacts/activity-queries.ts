// SQL with which other resources update contacts: last contacted, replied or seen, and subscriptions.
import type { ChannelName } from '#channels/channel.ts'
import { type Fragment, one, type Sql } from '#db/sql.ts'
import { companiesOfSeen } from '#resources/companies/fragments.ts'
import { ChangedMeanwhile, type Workspace } from '#workspaces/workspace.ts'
import { findSurvivor } from './merged-queries.ts'
import type { ContactRow } from './queries.ts'
import { contactEvents } from './topics.ts'
import { whatsappAddress } from './whatsapp-queries.ts'

/**
 * Marks contacts as contacted now, and returns them with their addresses on the channel. `ids` is a query of contact
 * ids. Contacts without an address there, blocked ones, and those that are not live are left out. Rows are locked in
 * one order, so that two replies to the same contacts do not deadlock.
 */
export const markContacted = (workspace: Workspace, ids: Fragment, channel: ChannelName) => {
  const { sql, id } = workspace
  const address = {
    inapp: sql`contacts.id`,
    email: sql`email`,
    sms: sql`formatted_phone`,
    whatsapp: whatsappAddress(sql, id, sql`contacts`),
  }[channel]
  return sql<{ id: string; name: string | null; address: string }[]>`
    update contacts set last_contacted_at = ${workspace.now()}
    from (
      select id, name, ${address} as address from contacts
      where workspace_id = ${id} and id in (${ids}) and ${address} is not null and is_live and blocked_at is null
      order by id for no key update
    ) addressed
    where contacts.workspace_id = ${id} and contacts.id = addressed.id
    returning addressed.id, addressed.name, addressed.address`
}

/**
 * Call it when the contact has written on the channel. @throws ChangedMeanwhile if the contact was merged into another one, or
 * blocked, since it was read.
 */
export async function markReplied(
  workspace: Workspace,
  { id, was_blocked }: Pick<ContactRow, 'id' | 'was_blocked'>,
  at: Date,
  channel: ChannelName,
): Promise<void> {
  const { count } = await workspace.sql`
    update contacts set last_replied_at = greatest(last_replied_at, ${at}::timestamptz),
      last_whatsapp_at = greatest(last_whatsapp_at, ${channel === 'whatsapp' ? at : null}::timestamptz)
    where workspace_id = ${workspace.id} and id = ${id} and merged_into is null
      and (blocked_at is null or ${was_blocked === true})`
  if (!count) throw new ChangedMeanwhile('The contact was merged or blocked')
}

export type SeenContact = Pick<ContactRow, 'workspace_id' | 'id'> & {
  /** By the workspace's clock. */
  at: Date
}

/**
 * Marks contacts who have a messenger open, and their companies. Writes at most once a minute, and does not change
 * `updated_at`.
 */
export const markSeen = (sql: Sql, contacts: readonly SeenContact[]) => sql`
  with seen as (
  update contacts set last_seen_at = at
  from unnest(${contacts.map((one) => one.workspace_id)}::text[], ${contacts.map((one) => one.id)}::text[],
    ${contacts.map((one) => one.at.toISOString())}::text[]::timestamptz[]) as here (workspace, contact, at)
  where workspace_id = workspace and id = contact
    and (last_seen_at is null or last_seen_at not between at - interval '1 minute' and at + interval '1 minute')
  returning workspace_id, id, at
  )
  ${companiesOfSeen(sql, sql`seen`)}`

/** Stores what the messenger of a visitor had reported, as far as nothing is known. */
export const adoptReported = (workspace: Workspace, id: string, reported: Record<string, unknown>) => workspace.sql`
  update contacts set messenger = ${JSON.stringify(reported)}::text::jsonb || messenger
  where workspace_id = ${workspace.id} and id = ${id}`

/** Call it when a messenger session starts. Stores what the messenger reported; other reported values stay. */
export const markBooted = (workspace: Workspace, id: string, reported: Record<string, string>) =>
  one(workspace.sql<ContactRow[]>`
    update contacts set last_seen_at = ${workspace.now()},
      messenger = messenger || ${JSON.stringify(reported)}::text::jsonb
    where workspace_id = ${workspace.id} and id = ${id} returning *`) as Promise<ContactRow>

/**
 * Returns whether the contact exists. If it was merged into another one, that one unsubscribes. The event is written only if
 * the contact was subscribed.
 */
export async function unsubscribeFromEmails(sql: Sql, workspace_id: string, id: string, at: Date): Promise<boolean> {
  const survivor = await findSurvivor(sql, workspace_id, id)
  if (!survivor) return false
  const [row] = await sql<{ known: boolean }[]>`
    with locked as (
      select workspace_id, id, unsubscribed_from_emails as has_left from contacts
      where workspace_id = ${workspace_id} and id = ${survivor.id} and merged_into is null for no key update
    ),
    left_now as (
      update contacts set unsubscribed_from_emails = true, updated_at = ${at}
      from locked where contacts.workspace_id = locked.workspace_id and contacts.id = locked.id and not has_left
      returning contacts.workspace_id, contacts.id
    ),
    event as (
      ${contactEvents.insertFrom(
        sql,
        'contact.unsubscribed',
        sql`
        select workspace_id, id as object_id, '{}'::jsonb as details, null as actor_type, null as actor_id,
          ${at}::timestamptz as created_at
        from left_now`,
      )}
    )
    select exists (select from locked) as known`
  // It was merged at this moment.
  return row?.known || unsubscribeFromEmails(sql, workspace_id, id, at)
}

/** Returns undefined if the contact gets emails already. */
export const subscribeToEmails = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    update contacts set unsubscribed_from_emails = false, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} and unsubscribed_from_emails returning id`)

export const setWhatsAppOptOut = (workspace: Workspace, id: string, unsubscribed: boolean) =>
  one(workspace.sql<{ id: string }[]>`
    update contacts set unsubscribed_from_whatsapp = ${unsubscribed}
    where workspace_id = ${workspace.id} and id = ${id} and is_live returning id`)

/**
 * Changes the contacts of the number, in any of its spellings; also archived ones, because they can be unarchived.
 * `subscription_changed`: the contact was unsubscribed and is not any more, or the reverse.
 */
export const setSmsConsent = (workspace: Workspace, number: string, is_wanted: boolean) => workspace.sql<
  { id: string; subscription_changed: boolean }[]
>`
  update contacts set unsubscribed_from_sms = ${!is_wanted}, sms_consent = ${is_wanted}, updated_at = ${workspace.now()}
  from (
    select id, unsubscribed_from_sms = ${is_wanted} as subscription_changed from contacts
    where workspace_id = ${workspace.id} and phone_key(formatted_phone) = phone_key(${number}) and deleted_at is null
      and (unsubscribed_from_sms = ${is_wanted} or sms_consent <> ${is_wanted})
    order by id for update) before
  where workspace_id = ${workspace.id} and contacts.id = before.id
  returning contacts.id, subscription_changed`
