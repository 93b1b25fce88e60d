// A company with a contact, an archived one, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    company: string
    company_id: string
    archived_company: string
  }
}

export default {
  needs: ['user'],
  provides: ['company', 'company_id', 'archived_company'],
  async create({ call, post, workspace: { id } }, { user }) {
    await post('/data_attributes', { name: 'tier', model: 'company', data_type: 'string' })
    const company = await post('/companies', {
      ...{ company_id: `company of ${id}`, name: `Company of ${id}`, plan: `plan of ${id}`, monthly_spend: 12.5 },
      custom_attributes: { tier: `tier of ${id}` },
    })
    await post(`/contacts/${user}/companies`, { id: company.id })
    const archived = await post('/companies', { company_id: `archived company of ${id}` })
    await call(`DELETE /companies/${archived.id}`)
    return { company: company.id, company_id: company.company_id, archived_company: archived.id }
  },
  attempts: {
    RetrieveACompanyById: ({ company }) => [[`GET /companies/${company}`]],
    UpdateCompany: ({ company }) => [[`PUT /companies/${company}`, { name: 'Mine' }]],
    attachContactToACompany: (their, my) => [
      [`POST /contacts/${their.user}/companies`, { id: my.company }],
      [`POST /contacts/${my.user}/companies`, { id: their.company }],
    ],
    detachContactFromACompany: (their, my) => [
      [`DELETE /contacts/${my.user}/companies/${their.company}`],
      [`DELETE /contacts/${their.user}/companies/${my.company}`],
      [`DELETE /contacts/${their.user}/companies/${their.company}`],
    ],
    listCompaniesForAContact: ({ user }) => [[`GET /contacts/${user}/companies`]],
    ListAttachedSegmentsForCompanies: ({ company }) => [[`GET /companies/${company}/segments`]],
    listCompanyNotes: ({ company }) => [[`GET /companies/${company}/notes`]],
    createCompanyNote: (their, my) => [
      [`POST /companies/${their.company}/notes`, { body: 'x' }],
      [`POST /companies/${my.company}/notes`, { body: 'x', admin_id: their.admin }],
    ],
    ListAttachedContacts: ({ company }) => [[`GET /companies/${company}/contacts`]],
  },
  removals: { deleteCompany: ({ company }) => [[`DELETE /companies/${company}`]] },
  lists: {
    retrieveCompany: () => [['GET /companies?per_page=150']],
    listAllCompanies: () => [['POST /companies/list?per_page=150']],
    searchCompanies: (their) =>
      [
        { field: 'company_id', operator: '=', value: their.company_id },
        { field: 'name', operator: '~', value: 'Company of' },
        { field: 'custom_attributes.tier', operator: '^', value: 'tier' },
        { field: 'tag_id', operator: '!=', value: their.tag },
        { field: 'user_count', operator: '>', value: 0 },
      ].map((query) => ['POST /companies/search', { query }]),
  },
  tested_elsewhere: ['createOrUpdateCompany', 'scrollOverAllCompanies'],
  ids: { companies: ['company', 'archived_company'], company_id: ['company_id'] },
} satisfies Fixture
