// Contacts in bulk: created, updated and deleted by jobs.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { ADDS_TASK, addTask, BulkBody, ByItemId, showJob } from '#resources/jobs/bulk.ts'
import { bulkJob } from '#resources/jobs/carry-out.ts'
import { BulkJob } from '#resources/jobs/schema.ts'
import type { Resource, Server } from '#server.ts'
import { BulkContact, BulkContactChanges, contactBulk } from './carry-out.ts'

const ContactsBulkJob = BulkJob('contacts')

const ADDS = { ...ADDS_TASK, scope: 'read_write_users', response: ContactsBulkJob } as const

function routes(app: App, { public_url }: Pick<Server, 'public_url'>) {
  app.post(
    '/contacts/bulk',
    op('BulkCreateContacts', {
      ...ADDS,
      summary: 'Create up to 100 contacts by a job',
      body: BulkBody('bulk_create_contacts_request', 'contacts', BulkContact),
    }),
    async ({ workspace, body }) => addTask(workspace, contactBulk, 'create', { body, public_url }),
  )

  app.put(
    '/contacts/bulk',
    op('BulkUpdateContacts', {
      ...ADDS,
      summary: 'Update up to 100 contacts by a job',
      body: BulkBody('bulk_update_contacts_request', 'contacts', BulkContactChanges),
    }),
    async ({ workspace, body }) => addTask(workspace, contactBulk, 'update', { body, public_url }),
  )

  app.post(
    '/contacts/bulk/delete',
    op('BulkDeleteContacts', {
      ...ADDS,
      summary: 'Delete up to 100 contacts by a job',
      body: BulkBody('bulk_delete_contacts_request', 'contacts', ByItemId),
    }),
    async ({ workspace, body }) => addTask(workspace, contactBulk, 'delete', { body, public_url }),
  )

  app.get(
    '/contacts/bulk/:id',
    op('ShowBulkUpdateContactsJob', {
      summary: 'Show a bulk job of contacts',
      since: 'Preview',
      scope: 'read_write_users',
      params: ById,
      response: ContactsBulkJob,
    }),
    async ({ workspace, params }) => showJob(workspace, contactBulk, params.id, public_url),
  )
}

export default { group: 'Contacts', routes, jobs: [bulkJob(contactBulk)] } satisfies Resource
