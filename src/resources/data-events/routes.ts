// Data events: what contacts did, as the workspace's own systems report it.

import { Type } from 'typebox'
import { invalid } from '#http/errors.ts'
import { PageQuery } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { Id, NOTHING } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { pageOfEvents } from './list.ts'
import { deleteOldEvents, listSummaries } from './queries.ts'
import { personOf, recordEvent, recordSummaries } from './record.ts'
import { EventList, EventRequest, presentPerson, presentSummary, SummariesRequest } from './schema.ts'
import { dataEventEvents } from './topics.ts'

const Milliseconds = Type.Integer({
  minimum: 0,
  maximum: 32_503_680_000_000,
  description: 'Unix time in milliseconds.',
})

const ListQuery = Type.Object({
  type: Type.Optional(Type.String({ description: 'Always user, for leads too.' })),
  user_id: Type.Optional(Id),
  intercom_user_id: Type.Optional(Id),
  email: Type.Optional(Type.String({ maxLength: 320 })),
  summary: Type.Optional(Type.Boolean({ description: 'How often each event happened, instead of the events.' })),
  before: Type.Optional(Milliseconds),
  since: Type.Optional(Milliseconds),
  ...PageQuery.properties,
})

function dataEvents(app: App, { public_url }: Pick<Server, 'public_url'>) {
  app.post(
    '/events',
    op('createDataEvent', {
      summary: 'Record what a contact did',
      sdk: (client) =>
        client.events.create({ event_name: 'invited-friend', created_at: 1671028894, user_id: '314159' }),
      scope: 'read_write_users',
      status: 202,
      refuses: [404, 409],
      body: EventRequest,
    }),
    async ({ workspace, body }) => {
      await recordEvent(workspace, body)
      return NOTHING
    },
  )

  app.get(
    '/events',
    op('lisDataEvents', {
      summary: 'List what a contact did in the last 90 days, newest first, or how often',
      sdk: (client) => client.events.list({ intercom_user_id: '6b078829306d5537cf33eba8', type: 'user' }),
      scope: 'read_write_users',
      refuses: [404, 409],
      query: ListQuery,
      response: EventList,
    }),
    async ({ workspace, query }) => {
      if (query.type !== 'user') throw invalid('type must be user')
      const { intercom_user_id, user_id, email } = query
      const contact = await personOf(workspace, { id: intercom_user_id, user_id, email })
      const person = presentPerson(contact)
      if (!query.summary) return { ...(await pageOfEvents(workspace, contact, query, public_url)), ...person }
      const events = (await listSummaries(workspace, contact.id)).map(presentSummary)
      return { type: 'event.summary' as const, events, pages: { next: null }, ...person }
    },
  )

  app.post(
    '/events/summaries',
    op('dataEventSummaries', {
      summary: 'Set how often a contact did something',
      scope: 'read_write_users',
      refuses: [404],
      body: SummariesRequest,
    }),
    async ({ workspace, body }) => {
      await recordSummaries(workspace, body)
      return NOTHING
    },
  )
}

export default {
  group: 'Data Events',
  routes: dataEvents,
  events: dataEventEvents,
  jobs: [{ name: 'data-events:expire', cron: '*/10 * * * *', run: ({ sql }) => deleteOldEvents(sql) }],
} satisfies Resource
