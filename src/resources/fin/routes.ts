// Fin Agent: other systems talk with the assistant in sessions, which they name by ids of their own.
import { Type } from 'typebox'
import { invalid } from '#http/errors.ts'
import { HEADERS } from '#http/event-stream.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { capabilitiesOf } from './capabilities.ts'
import { escalate } from './escalate.ts'
import { expireEvents, lastEventBefore } from './event-queries.ts'
import { rate } from './rate.ts'
import { runProcedure } from './runs/start.ts'
import {
  Capabilities,
  CapabilitiesRequest,
  CsatRequest,
  Escalated,
  EscalateRequest,
  FinSession,
  ProcedureSession,
  Rated,
  RunRequest,
  StartRequest,
} from './schema.ts'
import { finStreams } from './stream/streams.ts'
import { readStreamToken, streamUrl } from './stream/token.ts'
import { begin, reply, type Talking } from './talk.ts'
import { think } from './think.ts'
import { saveUser } from './user.ts'

const FILES_LIMIT = 20 * 1024 * 1024
const talks = { body_limit: FILES_LIMIT, refuses: [403] }

const StreamQuery = Type.Object({
  channels: Type.Optional(Type.String({ maxLength: 1_000 })),
  accessToken: Type.String({ maxLength: 2_000 }),
  rewind: Type.Optional(Type.Literal('2m')),
})
const Events = Type.String({
  contentMediaType: 'text/event-stream',
  description: 'The events of the session, until it is the turn of the user, or it is complete.',
})
const REWIND_SECONDS = 120

function fin(app: App, server: Server) {
  const streams = finStreams(server.sql, app.log, server.streams)
  app.addHook('preClose', () => streams.close())

  /** Returns what the caller is told at once; the answer of the assistant follows as events. */
  const present = (workspace: Workspace, { session, after, errors }: Talking, rewinds: boolean) => {
    const { conversation_id, user_id } = session
    return {
      ...{ conversation_id, user_id, status: 'thinking' as const, created_at_ms: workspace.now().toISOString() },
      sse_subscription_url: streamUrl(server, { workspace_id: workspace.id, conversation_id, after }, { rewinds }),
      ...(errors && { errors }),
    }
  }

  app.post(
    '/fin/start',
    op('startFinConversation', {
      summary: 'Start a conversation with Fin',
      since: '2.14',
      ...talks,
      body: StartRequest,
      response: FinSession,
    }),
    async ({ workspace, body }) => {
      const conversation_id = body.conversation_id || refuse('conversation_id is required')
      const talking = await begin(workspace, { ...body, conversation_id }, { is_conversational: true })
      return present(workspace, talking, true)
    },
  )

  app.post(
    '/fin/reply',
    op('replyToFin', {
      summary: 'Reply to Fin in a conversation',
      since: '2.14',
      ...talks,
      body: StartRequest,
      response: FinSession,
    }),
    async ({ workspace, body }) => {
      const conversation_id = body.conversation_id || refuse('conversation_id is required')
      return present(workspace, await reply(workspace, { ...body, conversation_id }), false)
    },
  )

  app.post(
    '/fin/ask',
    op('askFin', {
      summary: 'Ask Fin one question, which it answers once',
      since: 'Preview',
      ...talks,
      body: StartRequest,
      response: FinSession,
    }),
    async ({ workspace, body }) => {
      const conversation_id = body.conversation_id || refuse('External Conversation ID is required')
      const talking = await begin(workspace, { ...body, conversation_id }, { is_conversational: false })
      return present(workspace, talking, true)
    },
  )

  app.post(
    '/fin/procedures/:procedure_id/run',
    op('runFinProcedure', {
      summary: 'Run a procedure in a new conversation with Fin',
      since: 'Preview',
      refuses: [403],
      params: Type.Object({ procedure_id: Type.String() }),
      body: RunRequest,
      response: ProcedureSession,
    }),
    async ({ workspace, params: { procedure_id }, body }) => {
      const conversation_id = body.conversation_id || refuse('External Conversation ID is required')
      const talking = await runProcedure(workspace, procedure_id, { ...body, conversation_id })
      return { ...present(workspace, talking, true), procedure_id }
    },
  )

  app.post(
    '/fin/escalate',
    op('escalateFinConversation', {
      summary: 'Hand a conversation with Fin, or a user, over to the team',
      since: 'Preview',
      refuses: [403],
      body: EscalateRequest,
      response: Escalated,
    }),
    async ({ workspace, body }) => {
      const { session, after = '0', intercom_conversation_id } = await escalate(workspace, body)
      if (!session) return { intercom_conversation_id: intercom_conversation_id!, status: 'escalated' as const }
      const { conversation_id } = session
      return {
        ...{ conversation_id, status: 'escalated' as const },
        sse_subscription_url: streamUrl(
          server,
          { workspace_id: workspace.id, conversation_id, after },
          { rewinds: true },
        ),
      }
    },
  )

  app.post(
    '/fin/csat',
    op('submitFinCsat', {
      summary: 'Rate a conversation with Fin',
      since: '2.14',
      refuses: [422],
      body: CsatRequest,
      response: Rated,
    }),
    async ({ workspace, body }) => rate(workspace, body),
  )

  app.post(
    '/fin/capabilities',
    op('listFinCapabilities', {
      summary: 'List what Fin can do for a user',
      since: 'Preview',
      body: CapabilitiesRequest,
      response: Capabilities,
    }),
    async ({ workspace, body: { user } }) => {
      const { fitting: contact } = await saveUser(workspace, user)
      return { version: workspace.version, capabilities: await capabilitiesOf(workspace, contact) }
    },
  )

  app.get(
    '/extensions/fin/event-stream',
    op('streamFinEvents', {
      summary: 'Receive the events of a conversation with Fin',
      ...{ auth: 'link', time_limit_ms: Number.POSITIVE_INFINITY, refuses: [401, 429] },
      query: StreamQuery,
      response: Events,
    }),
    async ({ query, headers }, reply) => {
      const token = readStreamToken(server.secret, query.accessToken)
      const stream = streams.open({ token, after: await positionOf(token, query.rewind, headers['last-event-id']) })
      reply.headers(HEADERS)
      return stream as unknown as string
    },
  )

  /** Where a reader begins: after the last event that it has, else two minutes ago, else where its request was. */
  async function positionOf(
    { workspace_id, conversation_id, after }: ReturnType<typeof readStreamToken>,
    rewind: string | undefined,
    last_event_id: string | string[] | undefined,
  ): Promise<string> {
    if (/^\d{1,18}$/.test(String(last_event_id))) return String(last_event_id)
    if (!rewind) return after
    const earlier = await lastEventBefore(
      await openWorkspace(server.sql, workspace_id),
      conversation_id,
      REWIND_SECONDS,
    )
    return BigInt(earlier) < BigInt(after) ? earlier : after
  }
}

function refuse(message: string): never {
  throw invalid(message)
}

export default {
  group: 'Fin Agent',
  routes: fin,
  jobs: [
    { name: 'fin:think', run: think },
    { name: 'fin:expire-events', cron: '25 * * * *', run: ({ sql }) => expireEvents(sql) },
  ],
} satisfies Resource
