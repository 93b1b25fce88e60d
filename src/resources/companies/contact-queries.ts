// Which contacts are attached to which companies, and what follows from it for a company.
import { beyond, cursorValue, inOrder, type Order, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ListedCompanyRow, listedColumns } from './queries.ts'
import { companyEvents } from './topics.ts'

/** Returns whether the contact was not attached before. */
export async function insertMember(workspace: Workspace, company_id: string, contact_id: string): Promise<boolean> {
  const { count } = await workspace.sql`
    insert into company_contacts (workspace_id, company_id, contact_id, created_at)
    values (${workspace.id}, ${company_id}, ${contact_id}, ${workspace.now()})
    on conflict do nothing`
  return count > 0
}

/** Returns whether the contact was attached. */
export async function deleteMember(workspace: Workspace, company_id: string, contact_id: string): Promise<boolean> {
  const { count } = await workspace.sql`
    delete from company_contacts
    where workspace_id = ${workspace.id} and company_id = ${company_id} and contact_id = ${contact_id}`
  return count > 0
}

export async function countCompaniesOf(workspace: Workspace, contact_id: string): Promise<number> {
  const [counted] = await workspace.sql<{ count: number }[]>`
    select count(*)::integer as count from company_contacts
    where workspace_id = ${workspace.id} and contact_id = ${contact_id}`
  return counted!.count
}

/** Returns a page of a contact's live companies, the last attached first. */
export async function pageOfCompaniesOf(
  workspace: Workspace,
  contact_id: string,
  page: Page,
): Promise<PageResult<ListedCompanyRow>> {
  const { sql, id } = workspace
  const order: Order = { by: sql`company_contacts.created_at`, type: 'timestamptz', direction: 'desc' }
  const attached = sql`
    from company_contacts join companies on companies.workspace_id = ${id} and companies.id = company_contacts.company_id
    where company_contacts.workspace_id = ${id} and contact_id = ${contact_id} and is_live`
  const rows = await sql<(ListedCompanyRow & { cursor_value: string })[]>`
    select ${listedColumns(workspace)}, ${cursorValue(workspace, order)} ${attached}
      and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`select count(*)::integer as count ${attached}`
    return counted!.count
  })
}

/** Returns the names of a contact's live companies, in order. */
export const listCompanyNames = async ({ sql, id }: Workspace, contact_id: string): Promise<string[]> => {
  const rows = await sql<{ name: string }[]>`
    select companies.name from company_contacts
    join companies on companies.workspace_id = ${id} and companies.id = company_contacts.company_id and is_live
    where company_contacts.workspace_id = ${id} and contact_id = ${contact_id} order by companies.name, companies.id`
  return rows.map(({ name }) => name)
}

/** Returns whether the company is live. */
export async function changeUserCount(workspace: Workspace, id: string, by: 1 | -1): Promise<boolean> {
  const { count } = await workspace.sql`
    update companies set user_count = user_count + ${by}::integer, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} and is_live`
  return count > 0
}

/** A contact's live companies, locked in one order, so that two contacts of the same companies do not deadlock. */
const lockedCompaniesOf = ({ sql, id }: Workspace, contact_id: string): Fragment => sql`
  select companies.id as company from companies
  where companies.workspace_id = ${id} and is_live and companies.id in (
    select company_id from company_contacts where workspace_id = ${id} and contact_id = ${contact_id})
  order by companies.id for no key update`

/** Call it when a contact, whom the transaction has locked, was archived or deleted (-1) or unarchived (1). */
export const changeUserCounts = (workspace: Workspace, contact_id: string, by: 1 | -1) => workspace.sql`
  update companies set user_count = user_count + ${by}::integer
  from (${lockedCompaniesOf(workspace, contact_id)}) locked
  where companies.workspace_id = ${workspace.id} and companies.id = locked.company`

/**
 * Attaches the companies of one contact to another one instead. Both are live, and the transaction has locked them. A company that
 * is being archived is locked too, first: else the job that detaches its contacts would not see the row of the other contact.
 */
export async function moveMembers({ sql, id }: Workspace, from: string, into: string): Promise<void> {
  await sql`
    select from companies
    where workspace_id = ${id} and companies.id in (
      select company_id from company_contacts where workspace_id = ${id} and contact_id = ${from})
    order by companies.id for no key update`
  await sql`
    with taken as (
      delete from company_contacts where workspace_id = ${id} and contact_id = ${from} returning company_id, created_at
    ), given as (
      insert into company_contacts (workspace_id, company_id, contact_id, created_at)
      select ${id}, company_id, ${into}, created_at from taken
      on conflict do nothing
      returning company_id
    )
    update companies set user_count = user_count - 1
    from taken
    where companies.workspace_id = ${id} and companies.id = taken.company_id and is_live
      and not exists (select from given where given.company_id = companies.id)`
}

/** Call it when the contact starts a messenger session. */
export const recordSession = (workspace: Workspace, contact_id: string) => workspace.sql`
  update companies set session_count = session_count + 1, last_request_at = ${workspace.now()}
  from (${lockedCompaniesOf(workspace, contact_id)}) locked
  where companies.workspace_id = ${workspace.id} and companies.id = locked.company`

/** Hides a live company; its contacts are still attached. Returns undefined if there is no such company. */
export const startArchiving = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    update companies set archived_at = ${workspace.now()}, is_archiving = true, user_count = 0,
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} and is_live returning id`)

/** Returns the company if its contacts are to be detached, and locks it until the transaction ends. */
export const lockArchiving = (workspace: Workspace, id: string) =>
  one(workspace.sql<ListedCompanyRow[]>`
    select ${listedColumns(workspace)} from companies
    where workspace_id = ${workspace.id} and id = ${id} and is_archiving for no key update of companies`)

export const endArchiving = (workspace: Workspace, id: string) => workspace.sql`
  update companies set is_archiving = false where workspace_id = ${workspace.id} and id = ${id}`

/** Detaches up to `limit` contacts of a company. Returns their ids. */
export async function deleteMembers({ sql, id }: Workspace, company_id: string, limit: number): Promise<string[]> {
  const members = await sql<{ contact_id: string }[]>`
    delete from company_contacts
    where workspace_id = ${id} and company_id = ${company_id} and contact_id in (
      select contact_id from company_contacts
      where workspace_id = ${id} and company_id = ${company_id} order by contact_id limit ${limit})
    returning contact_id`
  return members.map(({ contact_id }) => contact_id).sort()
}

/** Writes the events of many contacts at once, without snapshots. */
export const insertDetachedEvents = (workspace: Workspace, company_id: string, contact_ids: string[]) => {
  const { sql, id, now, admin_id } = workspace
  return companyEvents.insertFrom(
    sql,
    'company.contact.detached',
    sql`
    select ${id}::text as workspace_id, ${company_id}::text as object_id,
      jsonb_build_object('contact_id', contact_id) as details,
      ${admin_id ? 'admin' : 'bot'}::text as actor_type, ${admin_id || null}::text as actor_id,
      ${now()}::timestamptz as created_at
    from unnest(${contact_ids}::text[]) as contact_id`,
  )
}
