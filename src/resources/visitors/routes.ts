// Visitors: anonymous people at a messenger who have not written yet.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Contact, presentContact } from '#resources/contacts/schema.ts'
import type { Resource } from '#server.ts'
import { convertVisitor } from './convert.ts'
import { demo } from './demo.ts'
import { deleteOldVisitors, findVisitor, listVisitors } from './queries.ts'
import { ConvertVisitorRequest, presentVisitor, UpdateVisitorRequest, Visitor, VisitorQuery } from './schema.ts'
import { visitorEvents } from './topics.ts'
import { updateVisitor } from './update.ts'

function visitors(app: App) {
  app.get(
    '/visitors',
    op('retrieveVisitorWithUserId', {
      summary: 'Show a visitor',
      sdk: (client) => client.visitors.find({ user_id: '3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3' }),
      scope: 'read_write_users',
      refuses: [404],
      query: VisitorQuery,
      response: Visitor,
    }),
    async ({ workspace, query }) => presentVisitor(found(await findVisitor(workspace, query), 'Visitor Not Found')),
  )

  app.put(
    '/visitors',
    op('updateVisitor', {
      summary: 'Update a visitor',
      sdk: (client) => client.visitors.update({ user_id: '3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3', name: 'Anna' }),
      scope: 'read_write_users',
      refuses: [404],
      body: UpdateVisitorRequest,
      response: Visitor,
    }),
    async ({ workspace, body }) => presentVisitor(await updateVisitor(workspace, body)),
  )

  app.post(
    '/visitors/convert',
    op('convertVisitor', {
      summary: 'Convert a visitor to a lead or a user',
      sdk: (client) =>
        client.visitors.mergeToContact({
          type: 'user',
          visitor: { user_id: '3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3' },
          user: { user_id: 'customer-1', email: 'anna@example.com' },
        }),
      scope: 'read_write_users',
      refuses: [404],
      body: ConvertVisitorRequest,
      response: Contact,
    }),
    async ({ workspace, body }) => presentContact(await convertVisitor(workspace, body)),
  )
}

/** How many visitors `GET /extensions/demo` lists. */
const MOST_GIVEN = 100

export default {
  group: 'Visitors',
  routes: visitors,
  events: visitorEvents,
  kept_tables: ['visitors'],
  demo,
  given: async (workspace) =>
    (await listVisitors(workspace, MOST_GIVEN)).map(({ user_id, name }) => ({
      ...{ type: 'visitor', id: user_id, name: name ?? '' },
    })),
  jobs: [{ name: 'visitors:expire', cron: '*/10 * * * *', run: ({ sql }) => deleteOldVisitors(sql) }],
} satisfies Resource
