// A bulk job of companies, to which another workspace must add nothing.
import type { Fixture } from '../../../../test/fixture.ts'

declare module '../../../../test/fixture.ts' {
  interface Ids {
    companies_job: string
  }
}

export default {
  provides: ['companies_job'],
  async create({ post, workspace: { id } }) {
    const job = await post('/companies/bulk', { companies: [{ company_id: `bulk company of ${id}` }] })
    return { companies_job: job.id }
  },
  attempts: {
    BulkCreateCompanies: ({ companies_job, company_id }) => [
      ['POST /companies/bulk', { companies: [{ company_id }], job: { id: companies_job } }],
    ],
    BulkUpdateCompanies: ({ companies_job, company }) => [
      ['PUT /companies/bulk', { companies: [{ id: company, name: 'x' }], job: { id: companies_job } }],
    ],
    ShowBulkCompaniesJob: ({ companies_job }) => [[`GET /companies/bulk/${companies_job}`]],
  },
  removals: {
    BulkDeleteCompanies: ({ companies_job, company }) => [
      ['POST /companies/bulk/delete', { companies: [{ id: company }], job: { id: companies_job } }],
    ],
  },
} satisfies Fixture
