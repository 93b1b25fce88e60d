// The audiences that a contact is in.
import { queryOf, someMeet } from '#resources/audiences/members.ts'
import { type AudienceRow, findAudiences, onlyId, type Predicate } from '#resources/audiences/queries.ts'
import { segmentedCompanies } from '#resources/companies/search.ts'
import type { Group } from '#search/query.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { companyIdsOf } from './companies/fragments.ts'
import { segmentedContacts } from './search.ts'

const OF_COMPANY = 'company.'

/**
 * Returns whether content for these audiences is for the contact: it is in one of them, or there are none. An audience whose
 * predicates cannot be evaluated has no members.
 */
export async function isInAudience(
  workspace: Workspace,
  contact_id: string,
  audience_ids: readonly number[],
): Promise<boolean> {
  if (!audience_ids.length) return true
  for (const audience of await findAudiences(workspace, audience_ids))
    if (await isMember(workspace, contact_id, audience)) return true
  return false
}

async function isMember(workspace: Workspace, contact_id: string, audience: AudienceRow): Promise<boolean> {
  const of_company = audience.predicates.filter(isOfCompany)
  const own = audience.predicates.filter((predicate) => !isOfCompany(predicate))
  const itself: Group = { operator: 'AND', members: [{ field: 'id', operator: '=', value: contact_id }] }
  const query = allOf([itself, queryOf(own, 'AND'), queryOf(audience.role_predicates, 'OR')])
  const company_query = allOf([queryOf(of_company.map(withoutPrefix), 'AND')])
  if (!query || !company_query) return false
  if (!(await someMeet(workspace, segmentedContacts, onlyId(workspace, contact_id), query))) return false
  return (
    !of_company.length || someMeet(workspace, segmentedCompanies, companyIdsOf(workspace, contact_id), company_query)
  )
}

const isOfCompany = ({ attribute }: Predicate) => attribute.startsWith(OF_COMPANY)

const withoutPrefix = (predicate: Predicate) => ({
  ...predicate,
  attribute: predicate.attribute.slice(OF_COMPANY.length),
})

/** Returns a query for what meets all of the groups; undefined if one of them cannot be asked. */
function allOf(groups: readonly (Group | undefined)[]): Group | undefined {
  const asked = groups.flatMap((group) => group ?? [])
  if (asked.length < groups.length) return undefined
  return { operator: 'AND', members: asked.filter(({ members }) => members.length) }
}
