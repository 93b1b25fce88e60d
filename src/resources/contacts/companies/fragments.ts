// SQL fragments for the statements of other folders: the companies of a contact.
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** A query of the ids of a contact's companies. */
export const companyIdsOf = ({ sql, id }: Workspace, contact_id: string): Fragment => sql`
  select company_id from company_contacts where workspace_id = ${id} and contact_id = ${contact_id}`
