// Conversations with the companies that they are about.
import { type ListedCompanyRow, listCompanies } from '#resources/companies/queries.ts'
import { withSegments } from '#resources/companies/show.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from './queries.ts'

type OfCompany = Pick<ConversationRow, 'company_id'>

/** Returns the rows in the same order, each with its company; null for none, or an archived one. */
export async function withCompanies<Row extends OfCompany>(
  workspace: Workspace,
  rows: readonly Row[],
): Promise<(Row & { company: ListedCompanyRow | null })[]> {
  const ids = new Set(rows.flatMap(({ company_id }) => company_id ?? []))
  const companies = ids.size ? await withSegments(workspace, await listCompanies(workspace, [...ids])) : []
  const by_id = new Map(companies.map((company) => [company.id, company]))
  return rows.map((row) => ({ ...row, company: by_id.get(row.company_id ?? '') ?? null }))
}
