// The stream of teammates: which objects have changed, as it happens.
import { Type } from 'typebox'
import { removeOldChanges } from '#events/changes.ts'
import { HEADERS, lastEventId } from '#http/event-stream.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { changeStreams } from './streams.ts'

/** Each number fits its type in the database: readers share queries, and one that fails would stop them all. */
const POSITION = '^\\d{1,19}(\\.[01](\\.\\d{1,18})?)?$'

const StreamQuery = Type.Object({
  last_event_id: Type.Optional(
    Type.String({ pattern: POSITION, description: 'The id of the last change that was received.' }),
  ),
})

const Changes = Type.String({
  contentMediaType: 'text/event-stream',
  description: 'One event `changed` for each change; resume after its id.',
})

function changes(app: App, server: Server) {
  const streams = changeStreams(server.sql, app.log, server.streams)
  app.addHook('preClose', () => streams.close())

  app.get(
    '/extensions/stream',
    op('streamChanges', {
      time_limit_ms: Number.POSITIVE_INFINITY,
      scope: 'read_conversations',
      summary: 'Receive what has changed in the workspace: topics and ids, for pages that show it',
      query: StreamQuery,
      response: Changes,
      refuses: [429],
    }),
    async (request, reply) => {
      const { workspace, query, headers } = request
      const stream = await streams.open({
        workspace_id: workspace.id,
        after: lastEventId(headers, { pattern: POSITION, what: 'a change' }) ?? query.last_event_id,
        check: () => server.identify(request),
      })
      reply.headers(HEADERS)
      return stream as unknown as string
    },
  )
}

export default {
  group: 'Extensions: events',
  routes: changes,
  kept_tables: ['stream_watches', 'stream_changes'],
  jobs: [{ name: 'changes:expire', cron: '*/5 * * * *', run: ({ sql }) => removeOldChanges(sql) }],
} satisfies Resource
