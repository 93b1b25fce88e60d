// Contacts: users and leads. Archived, deleted and merged ones are stored, but not found.

import { batched } from '#db/batched.ts'
import {
  beyond,
  cursorValue,
  inOrder,
  newestById,
  type Order,
  type Page,
  type PageResult,
  pageResult,
} from '#db/page.ts'
import { type Fragment, one, type Sql } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import { type NewestCompanies, newestCompaniesOf } from '#resources/companies/fragments.ts'
import type { CompanyRow } from '#resources/companies/queries.ts'
import { referencesOf } from '#resources/custom-object-instances/references/fragments.ts'
import { type NewestNotes, newestNotesOf } from '#resources/notes/fragments.ts'
import { type Choices, choicesOf } from '#resources/subscription-types/fragments.ts'
import { tagIdsOf } from '#resources/tags/fragments.ts'
import { ALL, findPage, type Listed } from '#search/find.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { createdActivities } from './activities-queries.ts'
import { type AddressKind, addressMatches } from './address-queries.ts'

export type ContactRow = {
  workspace_id: string
  id: string
  role: 'user' | 'lead'
  external_id: string | null
  email: string | null
  email_verified: boolean
  /** Whether the workspace or the channel gave the email; false if only a page of the messenger said it. */
  email_trusted: boolean
  phone: string | null
  /** E.164, or null if `phone` is not a valid number. */
  formatted_phone: string | null
  phone_trusted: boolean
  name: string | null
  avatar_url: string | null
  owner_id: string | null
  language_override: string | null
  unsubscribed_from_emails: boolean
  unsubscribed_from_sms: boolean
  unsubscribed_from_whatsapp: boolean
  /** Whether the contact asked for SMS. */
  sms_consent: boolean
  marked_email_as_spam: boolean
  has_hard_bounced: boolean
  signed_up_at: Date | null
  last_seen_at: Date | null
  last_replied_at: Date | null
  last_contacted_at: Date | null
  last_whatsapp_at: Date | null
  last_email_opened_at: Date | null
  last_email_clicked_at: Date | null
  custom_attributes: Record<string, unknown>
  /** Values that only a messenger reports, by their names in the API; times in Unix seconds. */
  messenger: Record<string, unknown>
  archived_at: Date | null
  deleted_at: Date | null
  blocked_at: Date | null
  /** Not a column: a message of the contact is taken although it is blocked. */
  was_blocked?: true
  merged_into: string | null
  /** Not archived, deleted or merged into another: can be found, listed and written to. */
  is_live: boolean
  created_at: Date
  updated_at: Date
}

/** A contact, the source, that was merged into another one, the target. */
export type MergeRow = {
  id: string
  target_id: string
  source_id: string
  source_role: ContactRow['role']
  merged_at: Date
}

/** A contact with everything that its answer shows. Tags are in the order in which they were attached. */
export type WholeContactRow = ContactRow & {
  tag_ids: string[]
  notes: NewestNotes
  companies: NewestCompanies
  subscriptions: Choices
  /** Lists of the custom objects that it refers to, by the names of its attributes. */
  references: Record<string, unknown>
  /** Read on demand only: the newest contacts that were merged into it. */
  merges?: MergeRow[]
}

const columns = (workspace: Workspace) => {
  const { sql } = workspace
  const id = sql`contacts.id`
  return sql`*, ${tagIdsOf(workspace, 'contact', id)} as tag_ids, ${newestNotesOf(workspace, 'contact', id)} as notes,
    ${newestCompaniesOf(workspace, id)} as companies, ${choicesOf(workspace, id)} as subscriptions,
    ${referencesOf(workspace, 'contact', id)} as references`
}

export const findContact = (workspace: Workspace, id: string) =>
  one(workspace.sql<ContactRow[]>`
    select * from contacts where workspace_id = ${workspace.id} and id = ${id} and is_live`)

/** @throws a 404 if there is no such contact. */
export const theContact = async (workspace: Workspace, id: string): Promise<ContactRow> =>
  found(await findContact(workspace, id), 'User Not Found')

/** Returns the contact as its message is taken although it is blocked. */
export const letWrite = (contact: ContactRow): ContactRow => ({ ...contact, blocked_at: null, was_blocked: true })

/** Returns the first id without a contact in the workspace; deleted and merged contacts do not count. */
export const findUnknownContact = async (workspace: Workspace, ids: string[]): Promise<string | undefined> =>
  (
    await one(workspace.sql<{ id: string }[]>`
      select given.id from unnest(${ids}::text[]) with ordinality as given (id, position)
      where not exists (
        select from contacts
        where workspace_id = ${workspace.id} and contacts.id = given.id and deleted_at is null and merged_into is null)
      order by position limit 1`)
  )?.id

type Matches = { value(sql: Sql, value: string): Fragment; kind?: AddressKind }

const MATCHES = {
  external_id: { value: (sql, value) => sql`external_id = ${value}` },
  email: { kind: 'email', value: (sql, value) => sql`lower(email) = lower(${value})` },
  formatted_phone: { kind: 'phone', value: (sql, value) => sql`phone_key(formatted_phone) = phone_key(${value})` },
} satisfies Record<string, Matches>

/**
 * Returns live contacts with this value: users first, then by latest activity. Emails ignore case; a phone number (E.164)
 * is found in any of its spellings. Addresses that were only said come last, and with identity verification not at all.
 */
export function findContactsBy(workspace: Workspace, key: keyof typeof MATCHES, value: string) {
  const { sql, id } = workspace
  const { kind, value: matches }: Matches = MATCHES[key]
  return sql<ContactRow[]>`
    select * from contacts
    where workspace_id = ${id} and ${matches(sql, value)} and is_live
      ${kind ? sql`and ${addressMatches(sql, id, kind)}` : sql``}
    order by ${kind ? sql`not ${sql(`${kind}_trusted`)},` : sql``} role = 'lead',
      coalesce(last_seen_at, last_replied_at, updated_at) desc, id`
}

/** Returns the oldest contact with an email address. */
export const findFirstWithEmail = (sql: Sql, workspace_id: string) =>
  one(sql<Pick<ContactRow, 'id' | 'role' | 'name'>[]>`
    select id, role, name from contacts
    where workspace_id = ${workspace_id} and email is not null and is_live
    order by created_at, id limit 1`)

/**
 * Calls at the same moment share a query, because it is the most frequent read. PostgreSQL assumes ten ids in an array, so
 * that it plans the query for one id again at each call; with the id itself it keeps its plan.
 */
export const findWholeContact = batched(async (workspace: Workspace, ids: string[]) => {
  const { sql } = workspace
  const [first = '', ...others] = ids
  const contacts = await sql<WholeContactRow[]>`
    select ${columns(workspace)} from contacts
    where workspace_id = ${workspace.id} and ${others.length ? sql`id = any(${ids}::text[])` : sql`id = ${first}`}
      and is_live`
  const byId = new Map(contacts.map((contact) => [contact.id, contact]))
  return ids.map((id) => byId.get(id))
})

export const findUserByExternalId = (workspace: Workspace, external_id: string) =>
  one(workspace.sql<WholeContactRow[]>`
    select ${columns(workspace)} from contacts
    where workspace_id = ${workspace.id} and external_id = ${external_id} and role = 'user' and is_live`)

/** Returns the contact in any state, and locks it until the transaction ends. */
export const lockContact = (workspace: Workspace, id: string) =>
  one(workspace.sql<WholeContactRow[]>`
    select ${columns(workspace)} from contacts where workspace_id = ${workspace.id} and id = ${id} for update`)

/** Returns a page of the live contacts that are attached to a company, the last attached ones first. */
export async function pageOfMembers(workspace: Workspace, company: CompanyRow, page: Page) {
  const { sql, id: workspace_id } = workspace
  const order: Order = { by: sql`attached_at`, type: 'timestamptz', direction: 'desc' }
  // The page is cut before the columns of its contacts are read.
  const rows = await sql<(WholeContactRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)}
    from (
      select id, attached_at from (
        select contact_id as id, created_at as attached_at from company_contacts
        where workspace_id = ${workspace_id} and company_id = ${company.id}
      ) members
      where ${beyond(workspace, order, page)} and exists (
        select from contacts where workspace_id = ${workspace_id} and contacts.id = members.id and is_live)
      ${inOrder(workspace, order, page)}
    ) shown join contacts using (id)
    where workspace_id = ${workspace_id}
    order by attached_at desc, id desc`
  return pageResult(rows, page, async () => company.user_count)
}

/** Live contacts, as lists and searches find them. */
export const listedContacts: Listed = {
  table: 'contacts',
  tables: { noun: 'contact', values: 'contact_values', texts: 'contact_texts', id: 'text' },
  rows: ({ sql, id }) => sql`from contacts where workspace_id = ${id} and is_live`,
  columns,
}

/** Returns a page of all live contacts, the newest first. */
export const pageOfContacts = (workspace: Workspace, page: Page): Promise<PageResult<WholeContactRow>> =>
  findPage(workspace, listedContacts, { page, order: newestById(workspace), wanted: ALL })

type Given = 'workspace_id' | 'is_live' | 'created_at' | 'updated_at'

export type NewContact = Partial<Omit<ContactRow, Given>> & Pick<ContactRow, 'id' | 'role'> & { created_at?: Date }

/** `activity`: what the list of activities says of it. */
export async function insertContact(
  workspace: Workspace,
  contact: NewContact,
  activity: 'contact.created' | 'contact.role_updated' = 'contact.created',
): Promise<WholeContactRow> {
  const now = workspace.now()
  const row = { workspace_id: workspace.id, created_at: now, ...contact, updated_at: now }
  const { sql } = workspace
  const [inserted] = await sql<WholeContactRow[]>`
    with created as (insert into contacts ${sql(row as never)} returning *),
      activity as (${createdActivities(sql, activity, sql`created`)})
    select ${columns(workspace)} from created contacts`
  return inserted!
}

export type ContactChanges = Partial<Omit<ContactRow, Given | 'id'>>

/** The transaction must have locked the contact. */
export async function updateContactRow(workspace: Workspace, id: string, changes: ContactChanges) {
  const [updated] = await workspace.sql<WholeContactRow[]>`
    update contacts set ${workspace.sql({ ...changes, updated_at: workspace.now() } as never)}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`
  return updated!
}

/** Something of the contact has changed that is stored elsewhere: its tags, its notes, its companies. */
export const touchContact = (workspace: Workspace, id: string) => workspace.sql`
  update contacts set updated_at = ${workspace.now()} where workspace_id = ${workspace.id} and id = ${id}`

/** Locks the contacts in one order, so that two requests for the same contacts do not deadlock. */
export const touchContacts = ({ sql, id, now }: Workspace, ids: string[]) => sql`
  update contacts set updated_at = ${now()}
  from (
    select id as contact from contacts where workspace_id = ${id} and id = any(${ids}::text[])
    order by id for no key update
  ) touched
  where workspace_id = ${id} and id = contact`

/** Values that are unique for the users of a workspace. */
export type Identity = {
  email?: string | null
  external_id?: string | null
  phone?: string | null
  /** A business-scoped user id of WhatsApp. */
  whatsapp_user?: string | null
}

/**
 * Locks these values until the transaction ends, so that no other request gives one to a contact. One call locks in a
 * fixed order to prevent deadlocks, so a request that needs several locks must use one call.
 */
export const lockIdentity = (workspace: Workspace, ...identities: Identity[]) => {
  const claims = identities.flatMap((identity) => Object.entries(identity)).filter(([, value]) => value)
  const names = claims.map(([name]) => name)
  const values = claims.map(([, value]) => value as string)
  return workspace.sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(lower(concat_ws(' ', ${workspace.id}::text, name,
        case name when 'phone' then phone_key(value) else value end)), 0) as key
      from unnest(${names}::text[], ${values}::text[]) claims (name, value) order by key) keys`
}

export type DuplicateContact = { id: string; is_live: boolean }

/**
 * Returns another contact with this external id, or another user with this email. Deleted contacts keep theirs
 * reserved. With identity verification, an email that was only said is nobody's.
 */
export const findDuplicate = (
  workspace: Workspace,
  { email = null, external_id = null }: Identity,
  id: string | null,
) =>
  one(workspace.sql<DuplicateContact[]>`
    select id, is_live from contacts
    where workspace_id = ${workspace.id} and id is distinct from ${id}
      and (external_id = ${external_id} or (lower(email) = lower(${email}) and role = 'user' and merged_into is null
        and ${addressMatches(workspace.sql, workspace.id, 'email')}))
    order by is_live desc, created_at limit 1`)
