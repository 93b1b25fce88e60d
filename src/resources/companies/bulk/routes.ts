// Companies in bulk: created, updated and archived by jobs.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { ADDS_TASK, addTask, type Bulk, BulkBody, ByItemId, showJob } from '#resources/jobs/bulk.ts'
import { bulkJob } from '#resources/jobs/carry-out.ts'
import { BulkJob } from '#resources/jobs/schema.ts'
import type { Resource, Server } from '#server.ts'
import type { CompanyContacts } from '../archive.ts'
import { CompanyRequest } from '../schema.ts'
import { BulkCompanyChanges, companyBulk } from './carry-out.ts'

const CompaniesBulkJob = BulkJob('companies')

const ADDS = { ...ADDS_TASK, scope: 'write_users_companies', response: CompaniesBulkJob } as const

function routes(app: App, bulk: Bulk<'companies'>, { public_url }: Pick<Server, 'public_url'>) {
  app.post(
    '/companies/bulk',
    op('BulkCreateCompanies', {
      ...ADDS,
      summary: 'Create up to 100 companies by a job',
      body: BulkBody('bulk_create_companies_request', 'companies', CompanyRequest),
    }),
    async ({ workspace, body }) => addTask(workspace, bulk, 'create', { body, public_url }),
  )

  app.put(
    '/companies/bulk',
    op('BulkUpdateCompanies', {
      ...ADDS,
      summary: 'Update up to 100 companies by a job',
      body: BulkBody('bulk_update_companies_request', 'companies', BulkCompanyChanges),
    }),
    async ({ workspace, body }) => addTask(workspace, bulk, 'update', { body, public_url }),
  )

  app.post(
    '/companies/bulk/delete',
    op('BulkDeleteCompanies', {
      ...ADDS,
      summary: 'Delete up to 100 companies by a job',
      body: BulkBody('bulk_delete_companies_request', 'companies', ByItemId),
    }),
    async ({ workspace, body }) => addTask(workspace, bulk, 'delete', { body, public_url }),
  )

  app.get(
    '/companies/bulk/:id',
    op('ShowBulkCompaniesJob', {
      summary: 'Show a bulk job of companies',
      since: 'Preview',
      scope: 'read_write_users',
      params: ById,
      response: CompaniesBulkJob,
    }),
    async ({ workspace, params }) => showJob(workspace, bulk, params.id, public_url),
  )
}

export default (contacts: CompanyContacts): Resource => {
  const bulk = companyBulk(contacts)
  return { group: 'Companies', routes: (app, server) => routes(app, bulk, server), jobs: [bulkJob(bulk)] }
}
