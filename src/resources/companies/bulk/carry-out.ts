// What each bulk action does with one company: the same verbs as single requests.
import { Type } from 'typebox'
import { Id, named } from '#http/types.ts'
import { type Bulk, ByItemId, itemAction } from '#resources/jobs/bulk.ts'
import { type CompanyContacts, deleteCompany } from '../archive.ts'
import { saveCompany, updateCompany } from '../save.ts'
import { CompanyRequest } from '../schema.ts'

const { company_id: _, ...values } = CompanyRequest.properties

export const BulkCompanyChanges = named('bulk_company_changes', Type.Object({ id: Id, ...values }))

/** POST creates companies and updates those that exist, like the single request; PUT never creates one. */
export const companyBulk = (contacts: CompanyContacts): Bulk<'companies'> => ({
  kind: 'companies',
  actions: {
    create: itemAction(CompanyRequest, (workspace, request) => saveCompany(workspace, request, contacts)),
    update: itemAction(BulkCompanyChanges, (workspace, { id, ...request }) => updateCompany(workspace, id, request)),
    delete: itemAction(ByItemId, (workspace, { id }) => deleteCompany(workspace, id)),
  },
})
