// A user, a lead and an archived lead, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    user: string
    lead: string
    archived: string
    external_id: string
    email: string
  }
}

export default {
  needs: ['attribute'],
  provides: ['user', 'lead', 'archived', 'external_id', 'email'],
  async create({ post, workspace: { id } }) {
    const email = `user@${id}.example.com`
    const user = await post('/contacts', {
      email,
      external_id: `user of ${id}`,
      name: `Ursula of ${id}`,
      phone: '+12025550143',
      custom_attributes: { plan: `plan of ${id}` },
    })
    const [lead, archived] = [await post('/contacts', { role: 'lead' }), await post('/contacts', { role: 'lead' })]
    await post(`/contacts/${archived.id}/archive`)
    return { user: user.id, external_id: user.external_id, email, lead: lead.id, archived: archived.id }
  },
  attempts: {
    ShowContact: ({ user }) => [[`GET /contacts/${user}`]],
    ShowContactByExternalId: ({ external_id }) => [
      [`GET /contacts/find_by_external_id/${encodeURIComponent(external_id)}`],
    ],
    UpdateContact: (their, my) => [
      [`PUT /contacts/${their.user}`, { name: 'x' }],
      [`PUT /contacts/${my.user}`, { owner_id: their.colleague }],
    ],
    CreateContact: (their) => [['POST /contacts', { role: 'lead', owner_id: their.admin }]],
    UnarchiveContact: ({ archived }) => [[`POST /contacts/${archived}/unarchive`]],
  },
  removals: {
    ArchiveContact: ({ user }) => [[`POST /contacts/${user}/archive`]],
    DeleteContact: ({ user }) => [[`DELETE /contacts/${user}`]],
  },
  lists: {
    ListContactActivities: () => [['GET /contacts/activities?per_page=150']],
    ListContacts: () => [['GET /contacts?per_page=150']],
    SearchContacts: (their) =>
      [
        { field: 'email', operator: '=', value: their.email },
        { field: 'id', operator: 'IN', value: [their.user, their.lead] },
        { field: 'tag_id', operator: '=', value: their.tag },
        { field: 'segment_id', operator: '=', value: their.segment },
        { field: 'owner_id', operator: '!=', value: their.admin },
        { field: 'custom_attributes.plan', operator: '~', value: 'plan' },
        { field: 'role', operator: '!=', value: 'nobody' },
      ].map((query) => ['POST /contacts/search', { query }]),
  },
  ids: { external_id: ['external_id'], user_id: ['external_id'] },
} satisfies Fixture
