// SQL fragments of companies for the statements of other folders: the companies of a contact, and their last request.
import type { Fragment, Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `ids` are the ten that were attached last, newest first. */
export type NewestCompanies = { ids: string[]; total_count: number }

/**
 * A contact's `NewestCompanies`, as a JSON object. `contact_id` is SQL for its id. An archived company is in it until the
 * job has detached the contact: without a join, the frequent read of a contact stays fast.
 */
export const newestCompaniesOf = ({ sql, id }: Workspace, contact_id: Fragment): Fragment => sql`
  (
    select json_build_object('total_count', coalesce(max(total), 0),
      'ids', coalesce(json_agg(company_id order by created_at desc, company_id desc), '[]'))
    from (
      select company_id, created_at, count(*) over () as total from company_contacts
      where company_contacts.workspace_id = ${id} and contact_id = ${contact_id}
      order by created_at desc, company_id desc limit 10
    ) newest
  )`

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
