// Contacts: users and leads.

import { Type } from 'typebox'
import { NumberedPageQuery, numberedPageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { SearchBody } from '#search/query.ts'
import type { Resource } from '#server.ts'
import { createContact } from './create.ts'
import { demo } from './demo.ts'
import { foundOrGone } from './gone.ts'
import { archiveContact, deleteContact, unarchiveContact } from './life-cycle.ts'
import { findMergedByExternalId } from './merged-queries.ts'
import { findUserByExternalId, findWholeContact, pageOfContacts } from './queries.ts'
import {
  ArchivedContact,
  Contact,
  ContactList,
  ContactRequest,
  ContactView,
  DeletedContact,
  presentContact,
  presentContactReference,
} from './schema.ts'
import { CONTACTS_PAGE, searchContacts } from './search.ts'
import { showContact, showContacts } from './show.ts'
import { updateContact } from './update.ts'

const ByExternalId = Type.Object({ external_id: Type.String() })
const ListQuery = Type.Object({ ...NumberedPageQuery.properties, ...ContactView.properties })

import { contactEvents } from './topics.ts'

function contacts(app: App) {
  app.get(
    '/contacts',
    op('ListContacts', {
      summary: 'List contacts, newest first',
      sdk: (client) => client.contacts.list({ per_page: 50 }),
      scope: 'read_write_users',
      query: ListQuery,
      response: ContactList,
    }),
    async ({ workspace, query: { include_merge_history = false, ...paging } }) => {
      const page = numberedPageOf(paging, CONTACTS_PAGE)
      const result = await pageOfContacts(workspace, page)
      return showContacts(workspace, page, result, { include_merge_history })
    },
  )

  app.post(
    '/contacts',
    op('CreateContact', {
      summary: 'Create a contact',
      sdk: (client) => client.contacts.create({ email: 'anna@example.com', name: 'Anna' }),
      scope: 'read_write_users',
      body: ContactRequest,
      response: Contact,
    }),
    async ({ workspace, body }) => presentContact(await createContact(workspace, body)),
  )

  app.get(
    '/contacts/:id',
    op('ShowContact', {
      summary: 'Show a contact',
      sdk: (client) => client.contacts.find({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ById,
      refuses: [410],
      query: ContactView,
      response: Contact,
    }),
    async ({ workspace, params, query }) => {
      const contact = await findWholeContact(workspace, params.id)
      return showContact(workspace, await foundOrGone(workspace, contact, params.id), query)
    },
  )

  app.get(
    '/contacts/find_by_external_id/:external_id',
    op('ShowContactByExternalId', {
      summary: 'Show the user with an external_id',
      sdk: (client) => client.contacts.showContactByExternalId({ external_id: 'customer-1' }),
      scope: 'read_write_users',
      since: '2.13',
      params: ByExternalId,
      refuses: [410],
      query: ContactView,
      response: Contact,
    }),
    async ({ workspace, params: { external_id }, query }) => {
      const contact = await findUserByExternalId(workspace, external_id)
      const merged_id = contact ? undefined : await findMergedByExternalId(workspace, external_id)
      return showContact(workspace, await foundOrGone(workspace, contact, merged_id), query)
    },
  )

  app.put(
    '/contacts/:id',
    op('UpdateContact', {
      summary: 'Update a contact',
      sdk: (client) => client.contacts.update({ contact_id: '6b078829306d5537cf33eba8', name: 'Anna Adler' }),
      refuses: [409, 422],
      scope: 'read_write_users',
      params: ById,
      query: ContactView,
      body: ContactRequest,
      response: Contact,
    }),
    async ({ workspace, params, query, body }) =>
      showContact(workspace, await updateContact(workspace, params.id, body), query),
  )

  app.delete(
    '/contacts/:id',
    op('DeleteContact', {
      summary: 'Delete a contact',
      sdk: (client) => client.contacts.delete({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ById,
      response: DeletedContact,
    }),
    async ({ workspace, params }) => ({
      ...presentContactReference(await deleteContact(workspace, params.id)),
      deleted: true as const,
    }),
  )

  app.post(
    '/contacts/search',
    op('SearchContacts', {
      summary: 'Search contacts',
      sdk: (client) => client.contacts.search({ query: { field: 'email', operator: '=', value: 'anna@example.com' } }),
      scope: 'read_write_users',
      runs: 'read',
      query: ContactView,
      body: SearchBody,
      response: ContactList,
    }),
    async ({ workspace, query, body }) => {
      const { page, result } = await searchContacts(workspace, body)
      return showContacts(workspace, page, result, query)
    },
  )

  app.post(
    '/contacts/:id/archive',
    op('ArchiveContact', {
      summary: 'Archive a contact',
      sdk: (client) => client.contacts.archive({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ById,
      response: ArchivedContact,
    }),
    async ({ workspace, params }) => ({
      ...presentContactReference(await archiveContact(workspace, params.id)),
      archived: true,
    }),
  )

  app.post(
    '/contacts/:id/unarchive',
    op('UnarchiveContact', {
      summary: 'Unarchive a contact',
      sdk: (client) => client.contacts.unarchive({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ById,
      response: ArchivedContact,
    }),
    async ({ workspace, params }) => ({
      ...presentContactReference(await unarchiveContact(workspace, params.id)),
      archived: false,
    }),
  )
}

export default {
  group: 'Contacts',
  routes: contacts,
  events: contactEvents,
  demo,
  kept_tables: ['contact_values', 'contact_texts', 'object_counts'],
} satisfies Resource
