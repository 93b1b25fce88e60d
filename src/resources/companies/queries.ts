// Companies. Archived ones are stored, but not found.
import type { Order, Page, PageResult } from '#db/page.ts'
import { type Fragment, one } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import { type NewestNotes, newestNotesOf, type WholeNote, wholeNotesOf } from '#resources/notes/fragments.ts'
import type { SegmentRow } from '#resources/segments/queries.ts'
import { tagsOf } from '#resources/tags/fragments.ts'
import { ALL, findPage, type Listed, type Wanted } from '#search/find.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type CompanyRow = {
  workspace_id: string
  id: string
  /** The id that the workspace itself gave. */
  company_id: string
  name: string
  plan_id: string | null
  size: number | null
  website: string | null
  industry: string | null
  monthly_spend: number
  session_count: number
  user_count: number
  custom_attributes: Record<string, unknown>
  remote_created_at: Date
  last_request_at: Date | null
  archived_at: Date | null
  /** Archived, but a job still detaches its contacts. */
  is_archiving: boolean
  is_live: boolean
  created_at: Date
  updated_at: Date
}

/** A company as a list shows it. */
export type ListedCompanyRow = CompanyRow & {
  plan: { type: 'plan'; id: string; name: string } | null
  tags: { type: 'tag'; id: string; name: string }[]
  newest_notes: NewestNotes
  /** Absent where they are not shown, such as in the snapshot of an event. */
  segments?: SegmentRow[]
}

/** A company shown alone has its newest notes in full. */
export type WholeCompanyRow = ListedCompanyRow & { notes: WholeNote[] }

export const listedColumns = (workspace: Workspace): Fragment => {
  const { sql, id } = workspace
  const company = sql`companies.id`
  return sql`companies.*, (
    select json_build_object('type', 'plan', 'id', plans.id::text, 'name', plans.name) from plans
    where plans.workspace_id = ${id} and plans.id = companies.plan_id
  ) as plan,
  ${tagsOf(workspace, 'company', company)} as tags, ${newestNotesOf(workspace, 'company', company)} as newest_notes`
}

const wholeColumns = (workspace: Workspace) => {
  const { sql } = workspace
  return sql`${listedColumns(workspace)}, ${wholeNotesOf(workspace, 'company', sql`companies.id`)} as notes`
}

export const findCompany = (workspace: Workspace, id: string) =>
  one(workspace.sql<WholeCompanyRow[]>`
    select ${wholeColumns(workspace)} from companies
    where workspace_id = ${workspace.id} and id = ${id} and is_live`)

export const listCompanies = (workspace: Workspace, ids: string[]) => workspace.sql<ListedCompanyRow[]>`
  select ${listedColumns(workspace)} from companies
  where workspace_id = ${workspace.id} and id = any(${ids}) and is_live`

/** @throws a 404 if there is no such company. */
export const theCompany = async (workspace: Workspace, id: string): Promise<WholeCompanyRow> =>
  found(await findCompany(workspace, id), ...NO_COMPANY)

export const NO_COMPANY = ['Company Not Found', 'company_not_found'] as const

export const findCompanyByCompanyId = (workspace: Workspace, company_id: string) =>
  one(workspace.sql<WholeCompanyRow[]>`
    select ${wholeColumns(workspace)} from companies
    where workspace_id = ${workspace.id} and company_id = ${company_id} and is_live`)

/** Ignores case. Of several companies, one with the same case comes first, then the one that was updated last. */
export const findCompanyByName = (workspace: Workspace, name: string) =>
  one(workspace.sql<WholeCompanyRow[]>`
    select ${wholeColumns(workspace)} from companies
    where workspace_id = ${workspace.id} and lower(name) = lower(${name}) and is_live
    order by name = ${name} desc, updated_at desc, id limit 1`)

/** Returns the company in any state, and locks it until the transaction ends. */
export const lockCompany = (workspace: Workspace, key: 'id' | 'company_id', value: string) =>
  one(workspace.sql<WholeCompanyRow[]>`
    select ${wholeColumns(workspace)} from companies
    where workspace_id = ${workspace.id} and ${workspace.sql(key)} = ${value} for no key update of companies`)

/** Until the transaction ends, no other request can create a company by this name alone. */
export const lockCompanyName = (workspace: Workspace, name: string) => workspace.sql`
  select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'company', ${workspace.id}::text, lower(${name})), 0))`

type Given = 'workspace_id' | 'id' | 'company_id' | 'user_count' | 'session_count' | 'is_live' | 'created_at'
export type CompanyChanges = Partial<Omit<CompanyRow, Given | 'updated_at'>>
export type NewCompany = CompanyChanges & Pick<CompanyRow, 'id' | 'company_id' | 'name'>

/** Returns undefined if there is a company with this `company_id`, in any state. */
export function insertCompany(workspace: Workspace, company: NewCompany) {
  const now = workspace.now()
  const times = { remote_created_at: now, created_at: now, updated_at: now }
  const row = { workspace_id: workspace.id, ...times, ...company }
  return one(workspace.sql<WholeCompanyRow[]>`
    insert into companies ${workspace.sql(row as never)}
    on conflict (workspace_id, company_id) do nothing returning ${wholeColumns(workspace)}`)
}

/** The transaction must have locked the company. */
export async function updateCompanyRow(workspace: Workspace, id: string, changes: CompanyChanges) {
  const [updated] = await workspace.sql<WholeCompanyRow[]>`
    update companies set ${workspace.sql({ ...changes, updated_at: workspace.now() } as never)}
    where workspace_id = ${workspace.id} and id = ${id} returning ${wholeColumns(workspace)}`
  return updated!
}

/** Something of the company has changed that is stored elsewhere: its tags, its notes. */
export const touchCompany = (workspace: Workspace, id: string) => workspace.sql`
  update companies set updated_at = ${workspace.now()} where workspace_id = ${workspace.id} and id = ${id}`

/** Two requests that name the same new plan at once get the same one. */
export async function planNamed(workspace: Workspace, name: string): Promise<string> {
  const find = () =>
    one(workspace.sql<{ id: string }[]>`
      select id from plans where workspace_id = ${workspace.id} and name = ${name}`)
  const known = await find()
  if (known) return known.id
  const created = await one(workspace.sql<{ id: string }[]>`
    insert into plans (workspace_id, name, created_at) values (${workspace.id}, ${name}, ${workspace.now()})
    on conflict (workspace_id, name) do nothing returning id`)
  return (created ?? (await find())!).id
}

/** Live companies that have contacts, as lists and searches find them. */
export const listedCompanies: Listed = {
  table: 'companies',
  tables: { noun: 'company', values: 'company_values', texts: 'company_texts', id: 'text' },
  rows: ({ sql, id }) => sql`from companies where workspace_id = ${id} and is_live and user_count > 0`,
  columns: listedColumns,
}

/** Returns a page of the companies that have contacts. */
export const pageOfCompanies = (
  workspace: Workspace,
  page: Page,
  order: Order,
  wanted: Wanted = ALL,
): Promise<PageResult<ListedCompanyRow>> => findPage(workspace, listedCompanies, { page, order, wanted })

/** Companies by their last request; those without one count as the oldest. */
export const byLastRequest = ({ sql }: Workspace, direction: 'asc' | 'desc'): Order => ({
  by: sql`coalesce(last_request_at, '-infinity')`,
  type: 'timestamptz',
  direction,
})
