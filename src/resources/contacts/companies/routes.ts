// The companies of a contact and the contacts of a company: attached, detached and listed.

import { Type } from 'typebox'
import { missing } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage, presentPagesLink } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, Id, named } from '#http/types.ts'
import { isObject } from '#lib/objects.ts'
import { pageOfCompaniesOf } from '#resources/companies/contact-queries.ts'
import { theCompany } from '#resources/companies/queries.ts'
import { Company, ContactCompanies, presentWithoutNotes } from '#resources/companies/schema.ts'
import { showCompany, withSegments } from '#resources/companies/show.ts'
import type { Resource, Server } from '#server.ts'
import { pageOfMembers, theContact } from '../queries.ts'
import { ContactList, presentContact } from '../schema.ts'
import { attachToCompany, detachFromCompany } from './attach.ts'

const PAGE = { default: 50, max: 150 }

const ByContactAndCompany = Type.Object({ contact_id: Type.String(), id: Type.String() })

const CompanyReference = named('company_reference', Type.Object({ id: Id }))

/** Any body is accepted: one that names no company has an error of its own. */
const AttachBody = Type.Unsafe<unknown>({ anyOf: [CompanyReference, {}] })

function routes(app: App, server: Server) {
  app.post(
    '/contacts/:id/companies',
    op('attachContactToACompany', {
      summary: 'Attach a contact to a company',
      sdk: (client) =>
        client.companies.attachContact({
          contact_id: '6b078829306d5537cf33eba8',
          id: '6762f07f1bb69f9f2193baf5',
        }),
      scope: 'write_users_companies',
      params: ById,
      body: AttachBody,
      response: Company,
    }),
    async ({ workspace, params, body }) => {
      const { id: contact_id } = await theContact(workspace, params.id)
      const id = isObject(body) ? body['id'] : undefined
      if (typeof id !== 'string' || !id) throw missing('company not specified')
      return showCompany(workspace, await attachToCompany(workspace, contact_id, id))
    },
  )

  app.delete(
    '/contacts/:contact_id/companies/:id',
    op('detachContactFromACompany', {
      summary: 'Detach a contact from a company',
      sdk: (client) =>
        client.companies.detachContact({
          contact_id: '6b078829306d5537cf33eba8',
          company_id: '6762f07f1bb69f9f2193baf5',
        }),
      scope: 'write_users_companies',
      params: ByContactAndCompany,
      response: Company,
    }),
    async ({ workspace, params }) =>
      presentWithoutNotes(await detachFromCompany(workspace, params.contact_id, params.id)),
  )

  app.get(
    '/contacts/:id/companies',
    op('listCompaniesForAContact', {
      summary: 'List the companies of a contact, the last attached first',
      sdk: (client) => client.contacts.listAttachedCompanies({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ById,
      query: NumberedPageQuery,
      response: ContactCompanies,
    }),
    async ({ workspace, params, query }) => {
      const { id } = await theContact(workspace, params.id)
      const page = numberedPageOf(query, PAGE)
      const result = await pageOfCompaniesOf(workspace, id, page)
      const rows = await withSegments(workspace, result.rows)
      const list = presentNumberedPage(page, { ...result, rows }, presentWithoutNotes)
      const pages = presentPagesLink(`${server.public_url}/contacts/${id}/companies`, page, result)
      return { ...list, pages, companies: list.data }
    },
  )

  app.get(
    '/companies/:id/contacts',
    op('ListAttachedContacts', {
      summary: 'List the contacts of a company, the last attached first',
      sdk: (client) => client.companies.listAttachedContacts({ company_id: '6762f07f1bb69f9f2193baf5' }),
      scope: 'read_write_users',
      params: ById,
      query: NumberedPageQuery,
      response: ContactList,
    }),
    async ({ workspace, params, query }) => {
      const company = await theCompany(workspace, params.id)
      const page = numberedPageOf(query, PAGE)
      return presentNumberedPage(page, await pageOfMembers(workspace, company, page), (contact) =>
        presentContact(contact),
      )
    },
  )
}

export default { group: 'Companies', routes } satisfies Resource
