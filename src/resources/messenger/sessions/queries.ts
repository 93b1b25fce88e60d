// Finds the contacts of messenger sessions, and contacts who start one.
import { one, type Sql } from '#db/sql.ts'
import { botOf } from '#resources/admins/fragments.ts'
import { addressMatches } from '#resources/contacts/address-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Clock } from '#workspaces/clock.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Session } from './token.ts'

/** The current state of a session. There is no row if the workspace is gone; a visitor has no contact yet. */
export type SessionRow = {
  number: number
  /** The bot: the workspace's admin for changes that a contact causes. */
  admin_id: string
  /** Whether users have to prove their identity. */
  is_enforced: boolean
  /** Whether the secret that proved it still exists. */
  is_proven: boolean
  contact: boolean
  listened_topics: string[]
} & Clock &
  ContactRow

/** Takes several sessions: streams look up all of theirs at once, a request only its own. */
export const lookUpSessions = (sql: Sql, sessions: readonly Session[]) => sql<SessionRow[]>`
  select number::int,
    ${botOf(sql, sql`workspace`)} as admin_id,
    exists (
      select from secure_mode_secrets where secure_mode_secrets.workspace_id = workspace and deleted_at is null
    ) as is_enforced,
    exists (
      select from secure_mode_secrets secrets
      where secrets.workspace_id = workspace and secrets.id = secret_id and deleted_at is null
    ) as is_proven,
    clock_frozen_at, clock_ahead_seconds, listened_topics, contact.id is not null as contact, contact.*
  from unnest(${sessions.map((one) => one.workspace_id)}::text[], ${sessions.map((one) => one.contact_id)}::text[],
    ${sessions.map((one) => one.visitor_id)}::text[], ${sessions.map((one) => one.secret_id)}::bigint[])
    with ordinality as session (workspace, contact_id, visitor_id, secret_id, number)
  join workspaces on workspaces.id = workspace
  left join lateral (
    select * from contacts
    where contacts.workspace_id = workspace and contacts.id = coalesce(session.contact_id, (
      select known.id from contacts known where known.workspace_id = workspace and external_id = visitor_id))
    limit 1
  ) contact on true`

/** Returns the workspace of an `app_id`, and its bot: the admin for changes that a contact causes. */
export const findWorkspaceOf = (sql: Sql, app_id: string) =>
  one(sql<{ id: string; admin_id: string }[]>`
    select id, ${botOf(sql, sql`workspaces.id`)} as admin_id
    from workspaces where id = ${app_id}`)

/** Returns the user with this external id, also if archived: starting a session unarchives it. */
export const findReturning = (workspace: Workspace, external_id: string) =>
  one(workspace.sql<ContactRow[]>`
    select * from contacts
    where workspace_id = ${workspace.id} and external_id = ${external_id} and role = 'user' and deleted_at is null
      and merged_into is null`)

/**
 * Returns the most recently seen user who is recognized by this email; unarchived users come first, and before them
 * those with a trusted email.
 */
export const findReturningByEmail = (
  workspace: Workspace,
  email: string,
  { without_external_id }: { without_external_id: boolean },
) =>
  one(workspace.sql<ContactRow[]>`
    select * from contacts
    where workspace_id = ${workspace.id} and lower(email) = lower(${email}) and role = 'user' and deleted_at is null
      and merged_into is null and (external_id is null or not ${without_external_id})
      and ${addressMatches(workspace.sql, workspace.id, 'email')}
    order by email_trusted desc, is_live desc, coalesce(last_seen_at, last_replied_at, updated_at) desc, id limit 1`)

/** Returns the contact that a visitor became, also if it is archived, deleted or merged. */
export const findByVisitorId = (workspace: Workspace, visitor_id: string) =>
  one(workspace.sql<ContactRow[]>`
    select * from contacts where workspace_id = ${workspace.id} and external_id = ${visitor_id}`)
