// The realtime stream of a workspace: the same events as webhooks, as they commit.
import { Type } from 'typebox'
import { invalid } from '#http/errors.ts'
import { HEADERS, lastEventId } from '#http/event-stream.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { realtimeStreams } from './streams.ts'

/** Each number fits its type in the database: readers share queries, and one that fails would stop them all. */
const POSITION = '^\\d{1,19}\\.\\d{1,18}$'
const Position = Type.String({
  pattern: POSITION,
  description: 'The id of the last event that was received.',
})
const StreamQuery = Type.Object({
  topics: Type.Optional(Type.String({ maxLength: 5_000, description: 'Topics, separated by commas. Default: all.' })),
  last_event_id: Type.Optional(Position),
})
const Events = Type.String({
  contentMediaType: 'text/event-stream',
  description: 'One event for each event of the log; resume after its id.',
})

function events(app: App, server: Server) {
  const streams = realtimeStreams(server.sql, app.log, server.streams)
  app.addHook('preClose', () => streams.close())

  app.get(
    '/extensions/events',
    op('streamEvents', {
      time_limit_ms: Number.POSITIVE_INFINITY,
      summary: 'Receive the events of the workspace as they happen',
      query: StreamQuery,
      response: Events,
      refuses: [429],
    }),
    async (request, reply) => {
      const { workspace, query, headers } = request
      const stream = await streams.open({
        workspace,
        topics: query.topics === undefined ? undefined : readTopics(query.topics, server.topics),
        after: lastEventId(headers, { pattern: POSITION, what: 'an event' }) ?? query.last_event_id,
        check: () => server.identify(request),
      })
      reply.headers(HEADERS)
      return stream as unknown as string
    },
  )
}

function readTopics(text: string, known: ReadonlySet<string>): ReadonlySet<string> {
  const topics = text.split(',').map((topic) => topic.trim())
  const unknown = topics.find((topic) => !known.has(topic))
  if (unknown !== undefined) throw invalid(`topics names ${unknown || 'nothing'}, which is not a topic of this server`)
  return new Set(topics)
}

export default { group: 'Extensions: events', routes: events } satisfies Resource
