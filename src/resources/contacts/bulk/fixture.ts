// A bulk job of contacts, to which another workspace must add nothing.
import type { Fixture } from '../../../../test/fixture.ts'

declare module '../../../../test/fixture.ts' {
  interface Ids {
    contacts_job: string
  }
}

export default {
  provides: ['contacts_job'],
  async create({ post, workspace: { id } }) {
    const job = await post('/contacts/bulk', { contacts: [{ email: `bulk@${id}.example.com` }] })
    return { contacts_job: job.id }
  },
  attempts: {
    BulkCreateContacts: ({ contacts_job, email }) => [
      ['POST /contacts/bulk', { contacts: [{ email }], job: { id: contacts_job } }],
    ],
    BulkUpdateContacts: ({ contacts_job, user }) => [
      ['PUT /contacts/bulk', { contacts: [{ id: user, name: 'x' }], job: { id: contacts_job } }],
    ],
    ShowBulkUpdateContactsJob: ({ contacts_job }) => [[`GET /contacts/bulk/${contacts_job}`]],
  },
  removals: {
    BulkDeleteContacts: ({ contacts_job, user }) => [
      ['POST /contacts/bulk/delete', { contacts: [{ id: user }], job: { id: contacts_job } }],
    ],
  },
} satisfies Fixture
