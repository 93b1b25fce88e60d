// Sender addresses: read as Intercom's API shows them, and written as in Intercom's web app.
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { listEmails, theEmail } from './queries.ts'
import { changeEmail, createEmail, removeEmail } from './save.ts'
import { EmailList, EmailRequest, EmailSetting, NewEmailRequest, presentEmail } from './schema.ts'

function emails(app: App) {
  app.get(
    '/emails',
    op('listEmails', {
      summary: 'List the sender addresses, oldest first',
      since: '2.15',
      response: EmailList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listEmails(workspace)).map((setting) => presentEmail(workspace, setting)),
    }),
  )

  app.get(
    '/emails/:id',
    op('retrieveEmail', {
      summary: 'Show a sender address',
      since: '2.15',
      params: ById,
      response: EmailSetting,
    }),
    async ({ workspace, params }) => presentEmail(workspace, await theEmail(workspace, params.id)),
  )

  app.post(
    '/extensions/emails',
    op('createEmail', {
      summary: 'Create a sender address',
      refuses: [404, 409],
      body: NewEmailRequest,
      response: EmailSetting,
    }),
    async ({ workspace, body }) => presentEmail(workspace, await createEmail(workspace, body)),
  )

  app.put(
    '/extensions/emails/:id',
    op('updateEmail', {
      summary: 'Change a sender address',
      refuses: [409],
      params: ById,
      body: EmailRequest,
      response: EmailSetting,
    }),
    async ({ workspace, params, body }) => presentEmail(workspace, await changeEmail(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/emails/:id',
    op('deleteEmail', { summary: 'Delete a sender address', status: 204, params: ById }),
    async ({ workspace, params }) => {
      await removeEmail(workspace, params.id)
      return NOTHING
    },
  )
}

export default {
  group: 'Emails',
  routes: emails,
  kept_tables: ['email_settings'],
  demo,
  given: async (workspace) =>
    (await listEmails(workspace)).map(({ id, email }) => ({ type: 'email_setting', id, name: email })),
} satisfies Resource
