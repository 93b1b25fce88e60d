// Merging a lead into a user.
import { type App, op } from '#http/op.ts'
import { Contact, ContactView } from '#resources/contacts/schema.ts'
import { showContact } from '#resources/contacts/show.ts'
import type { Resource } from '#server.ts'
import { tryMerge } from './merge.ts'
import { moveLate } from './move-late.ts'
import { previewMerge } from './preview.ts'
import { MergePreview, MergeRequest } from './schema.ts'

function routes(app: App) {
  app.post(
    '/contacts/merge',
    op('MergeContact', {
      summary: 'Merge a lead into a user',
      sdk: (client) =>
        client.contacts.mergeLeadInUser({ from: '6b078829306d5537cf33eba8', into: '6b078829306d5537cf33eba9' }),
      scope: 'read_write_users',
      runs: 'outside',
      refuses: [404],
      query: ContactView,
      body: MergeRequest,
      response: Contact,
    }),
    async ({ workspace, query, body }) => showContact(workspace, await tryMerge(workspace, body), query),
  )

  app.post(
    '/contacts/merge/preview',
    op('PreviewMergeContact', {
      summary: 'Preview the merge of a lead into a user',
      since: 'Preview',
      scope: 'read_write_users',
      runs: 'read',
      refuses: [404],
      body: MergeRequest,
      response: MergePreview,
    }),
    async ({ workspace, body }) => previewMerge(workspace, body),
  )
}

export default { group: 'Contacts', routes, jobs: [moveLate] } satisfies Resource
