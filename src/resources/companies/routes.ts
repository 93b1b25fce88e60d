// Companies: found, created, changed, listed, searched and archived. Contacts attach themselves in their own folder.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { archiveJob, type CompanyContacts, deleteCompany } from './archive.ts'
import { theCompany } from './queries.ts'
import { saveCompany, updateCompany } from './save.ts'
import { Company, CompanyRequest, DeletedCompany, presentCompany } from './schema.ts'
import { companyEvents } from './topics.ts'

const READ = 'read_write_users'
const WRITE = 'write_users_companies'

function companies(app: App, contacts: CompanyContacts) {
  app.post(
    '/companies',
    op('createOrUpdateCompany', {
      summary: 'Create a company, or update the one with the same company_id',
      sdk: (client) => client.companies.createOrUpdate({ company_id: 'acme', name: 'Acme', plan: 'Pro' }),
      scope: WRITE,
      body: CompanyRequest,
      response: Company,
    }),
    async ({ workspace, body }) => presentCompany(await saveCompany(workspace, body, contacts)),
  )

  app.get(
    '/companies/:id',
    op('RetrieveACompanyById', {
      summary: 'Show a company',
      sdk: (client) => client.companies.find({ company_id: '6762f07f1bb69f9f2193baf5' }),
      scope: READ,
      params: ById,
      response: Company,
    }),
    async ({ workspace, params }) => presentCompany(await theCompany(workspace, params.id)),
  )

  app.put(
    '/companies/:id',
    op('UpdateCompany', {
      summary: 'Update a company',
      sdk: (client) => client.companies.update({ company_id: '6762f07f1bb69f9f2193baf5', body: { name: 'Acme' } }),
      scope: WRITE,
      params: ById,
      body: CompanyRequest,
      response: Company,
    }),
    async ({ workspace, params, body }) => presentCompany(await updateCompany(workspace, params.id, body)),
  )

  app.delete(
    '/companies/:id',
    op('deleteCompany', {
      summary: 'Archive a company, and detach its contacts',
      sdk: (client) => client.companies.delete({ company_id: '6762f07f1bb69f9f2193baf5' }),
      scope: WRITE,
      params: ById,
      response: DeletedCompany,
    }),
    async ({ workspace, params: { id } }) => {
      await deleteCompany(workspace, id)
      return { id, object: 'company' as const, deleted: true as const }
    },
  )
}

export default (contacts: CompanyContacts): Resource => ({
  group: 'Companies',
  routes: (app) => companies(app, contacts),
  events: companyEvents,
  jobs: [archiveJob(contacts)],
})
