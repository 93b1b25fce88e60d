// Companies: found, created, changed, listed, searched and archived. Contacts attach themselves in their own folder.
import { Type } from 'typebox'
import type { PageResult } from '#db/page.ts'
import { found } from '#http/errors.ts'
import { presentNumberedPage, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { defined } from '#lib/objects.ts'
import { SearchBody } from '#search/query.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { archiveJob, type CompanyContacts, deleteCompany } from './archive.ts'
import { filterOf } from './filter.ts'
import { listCompanies } from './list.ts'
import {
  byLastRequest,
  findCompanyByCompanyId,
  findCompanyByName,
  type ListedCompanyRow,
  NO_COMPANY,
  theCompany,
} from './queries.ts'
import { saveCompany, updateCompany } from './save.ts'
import {
  CompaniesQuery,
  Company,
  CompanyList,
  CompanyListQuery,
  CompanyRequest,
  CompanyScroll,
  DeletedCompany,
  presentCompany,
} from './schema.ts'
import { scroll } from './scroll.ts'
import { searchCompanies } from './search.ts'
import { showCompany, withSegments } from './show.ts'
import { companyEvents } from './topics.ts'

const READ = 'read_write_users'
const WRITE = 'write_users_companies'

const ScrollQuery = Type.Object({
  scroll_param: Type.Optional(Type.String({ description: 'From the answer before; without it, a new scroll begins.' })),
})

const shown = async (workspace: Workspace, result: PageResult<ListedCompanyRow>) => ({
  ...result,
  rows: await withSegments(workspace, result.rows),
})

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
    async ({ workspace, body }) => showCompany(workspace, await saveCompany(workspace, body, contacts)),
  )

  app.get(
    '/companies',
    op('retrieveCompany', {
      summary: 'Find a company by name or company_id, or list companies',
      sdk: (client) => client.companies.retrieve({ company_id: 'acme' }),
      scope: READ,
      refuses: [404],
      query: CompaniesQuery,
      response: Type.Union([Company, CompanyList]),
    }),
    async ({ workspace, query: { company_id, name, page, per_page, starting_after, ...filter } }) => {
      if (company_id !== undefined)
        return showCompany(workspace, found(await findCompanyByCompanyId(workspace, company_id), ...NO_COMPANY))
      if (name !== undefined)
        return showCompany(workspace, found(await findCompanyByName(workspace, name), ...NO_COMPANY))
      const asked = defined({ page, per_page, starting_after })
      const order = byLastRequest(workspace, 'desc')
      const wanted = await filterOf(workspace, filter)
      const { page: asked_page, result } = await listCompanies(workspace, asked, order, wanted)
      return presentNumberedPage(asked_page, await shown(workspace, result), presentCompany)
    },
  )

  app.post(
    '/companies/list',
    op('listAllCompanies', {
      summary: 'List the companies that have contacts, by their last request',
      sdk: (client) => client.companies.list({ per_page: 15, order: 'desc' }),
      scope: READ,
      runs: 'read',
      query: CompanyListQuery,
      response: CompanyList,
    }),
    async ({ workspace, query: { order = 'desc', ...asked } }) => {
      const { page, result } = await listCompanies(workspace, asked, byLastRequest(workspace, order))
      return presentNumberedPage(page, await shown(workspace, result), presentCompany)
    },
  )

  app.post(
    '/companies/search',
    op('searchCompanies', {
      summary: 'Search the companies that have contacts',
      since: 'Preview',
      scope: READ,
      runs: 'read',
      body: SearchBody,
      response: CompanyList,
    }),
    async ({ workspace, body }) => {
      const { page, result } = await searchCompanies(workspace, body)
      return presentPage(page, await shown(workspace, result), presentCompany)
    },
  )

  app.get(
    '/companies/scroll',
    op('scrollOverAllCompanies', {
      summary: 'Scroll over all companies, 100 at a time',
      sdk: (client) => client.companies.scroll(),
      scope: READ,
      runs: 'transaction',
      refuses: [404],
      query: ScrollQuery,
      response: CompanyScroll,
    }),
    async ({ workspace, query }) => scroll(workspace, query.scroll_param),
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
    async ({ workspace, params }) => showCompany(workspace, await theCompany(workspace, params.id)),
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
    async ({ workspace, params, body }) => showCompany(workspace, await updateCompany(workspace, params.id, body)),
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
  kept_tables: ['company_values', 'company_texts'],
})
