// SQL fragments of companies for the statements of other folders: the companies of a contact, and their last request.
import type { Fragment, Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `ids` are the ten that were attached last, newest first. */
export type NewestCompanies = { ids: string[]; total_count: number }

/** A contact's `NewestCompanies`, as a JSON object. `contact_id` is SQL for its id. */
export const newestCompaniesOf = ({ sql, id }: Workspace, contact_id: Fragment): Fragment => {
  const companies = sql`
    from company_contacts join companies on companies.workspace_id = ${id} and companies.id = company_contacts.company_id
    where company_contacts.workspace_id = ${id} and contact_id = ${contact_id} and companies.is_live`
  // Most contacts have few companies: then their number is known without a count.
  return sql`
    (
      select json_build_object('ids', ids, 'total_count',
        case when cardinality(ids) < 10 then cardinality(ids) else (select count(*) ${companies}) end)
      from (
        select array(select company_contacts.company_id ${companies}
          order by company_contacts.created_at desc, company_contacts.company_id desc limit 10) as ids
      ) newest
    )`
}

/**
 * Returns an UPDATE of the companies of contacts who were just seen. `seen` selects `workspace_id`, `id` and `at`. Writes at
 * most once a minute for each company, and leaves out one that another request is changing.
 */
export const companiesOfSeen = (sql: Sql, seen: Fragment): Fragment => sql`
  update companies set last_request_at = requests.at
  from (
    select companies.workspace_id as workspace, companies.id as company, at
    from ${seen} seen
    join company_contacts on company_contacts.workspace_id = seen.workspace_id and contact_id = seen.id
    join companies on companies.workspace_id = seen.workspace_id and companies.id = company_contacts.company_id and is_live
      and (last_request_at is null or last_request_at not between at - interval '1 minute' and at + interval '1 minute')
    for no key update of companies skip locked
  ) requests
  where companies.workspace_id = requests.workspace and companies.id = requests.company`
