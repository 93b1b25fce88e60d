// Contacts: users and leads. What is archived, deleted or merged away is there, but nobody finds it.
import { beyond, type Cut, cursorValue, cut, inOrder, type Order, type Page } from '#db/page.ts'
import { type Fragment, one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ContactRow = {
  workspace_id: string
  id: string
  role: 'user' | 'lead'
  external_id: string | null
  email: string | null
  email_verified: boolean
  phone: string | null
  /** E.164, or null where `phone` cannot be read as a number. */
  formatted_phone: string | null
  name: string | null
  avatar_url: string | null
  owner_id: string | null
  language_override: string | null
  unsubscribed_from_emails: boolean
  unsubscribed_from_sms: boolean
  marked_email_as_spam: boolean
  has_hard_bounced: boolean
  signed_up_at: Date | null
  last_seen_at: Date | null
  last_replied_at: Date | null
  last_contacted_at: Date | null
  last_email_opened_at: Date | null
  last_email_clicked_at: Date | null
  custom_attributes: Record<string, unknown>
  /** What only a messenger reports, by its names on the wire, times in Unix seconds. */
  messenger: Record<string, unknown>
  archived_at: Date | null
  deleted_at: Date | null
  blocked_at: Date | null
  merged_into: string | null
  created_at: Date
  updated_at: Date
}

/** A contact with all that its answer shows; its tags in the order in which they were put on. */
export type WholeContactRow = ContactRow & { tag_ids: string[] }

/** Who can be found, listed and written to. */
export const live = ({ sql }: Workspace): Fragment =>
  sql`archived_at is null and deleted_at is null and merged_into is null`

export const isLive = ({ archived_at, deleted_at, merged_into }: ContactRow): boolean =>
  !archived_at && !deleted_at && !merged_into

const whole = ({ sql }: Workspace) => sql`
  *, array(select tag_id from taggings
    where taggings.workspace_id = contacts.workspace_id and object_type = 'contact' and object_id = contacts.id
    order by applied_at, tag_id) as tag_ids`

export const findContact = (workspace: Workspace, id: string) =>
  one(workspace.sql<ContactRow[]>`
    select * from contacts where workspace_id = ${workspace.id} and id = ${id} and ${live(workspace)}`)

/** Live contacts with this value, users first, the most recently active of them first. Emails fold case. */
export function findContactsBy(workspace: Workspace, key: 'external_id' | 'email' | 'formatted_phone', value: string) {
  const { sql } = workspace
  const matches = key === 'email' ? sql`lower(email) = lower(${value})` : sql`${sql(key)} = ${value}`
  return sql<ContactRow[]>`
    select * from contacts where workspace_id = ${workspace.id} and ${matches} and ${live(workspace)}
    order by role = 'lead', coalesce(last_seen_at, last_replied_at, updated_at) desc, id`
}

export const findWholeContact = (workspace: Workspace, id: string) =>
  one(workspace.sql<WholeContactRow[]>`
    select ${whole(workspace)} from contacts
    where workspace_id = ${workspace.id} and id = ${id} and ${live(workspace)}`)

export const findUserByExternalId = (workspace: Workspace, external_id: string) =>
  one(workspace.sql<WholeContactRow[]>`
    select ${whole(workspace)} from contacts
    where workspace_id = ${workspace.id} and external_id = ${external_id} and role = 'user' and ${live(workspace)}`)

/** The contact in whatever state it is, and nobody else's to change until the transaction ends. */
export const lockContact = (workspace: Workspace, id: string) =>
  one(workspace.sql<WholeContactRow[]>`
    select ${whole(workspace)} from contacts where workspace_id = ${workspace.id} and id = ${id} for update`)

/** One page of the live contacts that `condition` is true of. */
export async function pageOfContacts(
  workspace: Workspace,
  page: Page,
  order: Order,
  condition: Fragment = workspace.sql`true`,
): Promise<Cut<WholeContactRow>> {
  const { sql } = workspace
  const matching = sql`workspace_id = ${workspace.id} and ${live(workspace)} and ${condition}`
  const rows = await sql<(WholeContactRow & { cursor_value: string })[]>`
    select ${whole(workspace)}, ${cursorValue(workspace, order)} from contacts
    where ${matching} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return cut(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`select count(*)::integer as count from contacts where ${matching}`
    return counted!.count
  })
}

export type NewContact = Partial<Omit<ContactRow, 'workspace_id' | 'created_at' | 'updated_at'>> &
  Pick<ContactRow, 'id' | 'role'>

export async function insertContact(workspace: Workspace, contact: NewContact): Promise<WholeContactRow> {
  const now = workspace.now()
  const row = { workspace_id: workspace.id, ...contact, created_at: now, updated_at: now }
  const [inserted] = await workspace.sql<WholeContactRow[]>`
    insert into contacts ${workspace.sql(row as never)} returning ${whole(workspace)}`
  return inserted!
}

export type ContactChanges = Partial<Omit<ContactRow, 'workspace_id' | 'id' | 'created_at' | 'updated_at'>>

/** Call it on a contact that the transaction holds locked. */
export async function updateContactRow(workspace: Workspace, id: string, changes: ContactChanges) {
  const [updated] = await workspace.sql<WholeContactRow[]>`
    update contacts set ${workspace.sql({ ...changes, updated_at: workspace.now() } as never)}
    where workspace_id = ${workspace.id} and id = ${id} returning ${whole(workspace)}`
  return updated!
}

/** Says that something of the contact has changed which is kept elsewhere: its tags, its notes. */
export const touchContact = (workspace: Workspace, id: string) => workspace.sql`
  update contacts set updated_at = ${workspace.now()} where workspace_id = ${workspace.id} and id = ${id}`

/** What no two users of a workspace share. */
export type Identity = { email?: string | null; external_id?: string | null }

/** Until the transaction ends, nobody else gives a contact one of these; always in one order, so that none wait in a ring. */
export const lockIdentity = (workspace: Workspace, { email, external_id }: Identity) => {
  const names = [email && `email ${email}`, external_id && `external_id ${external_id}`].filter(Boolean) as string[]
  return workspace.sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(${workspace.id} || ' ' || lower(name), 0) as key
      from unnest(${names}::text[]) name order by key) keys`
}

export type Rival = { id: string; is_live: boolean }

/** Another contact with this external id, or another user with this email; deleted ones hold theirs until erased. */
export const findRival = (workspace: Workspace, { email = null, external_id = null }: Identity, id: string | null) =>
  one(workspace.sql<Rival[]>`
    select id, ${live(workspace)} as is_live from contacts
    where workspace_id = ${workspace.id} and id is distinct from ${id}
      and (external_id = ${external_id} or (lower(email) = lower(${email}) and role = 'user' and merged_into is null))
    order by is_live desc, created_at limit 1`)
