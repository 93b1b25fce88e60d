// The API for messengers, which Intercom does not publish for its own: sessions, conversations, and a stream of
// messages.

import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { HEADERS } from '#http/event-stream.ts'
import { PageQuery, pageOf } from '#http/lists.ts'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { addressOf } from '#http/rate-limit.ts'
import { ById } from '#http/types.ts'
import { attach, writeAttachedFiles } from '#resources/attachments/attach.ts'
import { attachingFiles, writeAttributeFiles } from '#resources/attachments/attribute-files.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { RatingRequest } from '#resources/conversations/ratings/schema.ts'
import type { Resource, Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { listConversations, markRead, showConversation } from './conversations/read.ts'
import {
  MessengerConversation,
  MessengerConversations,
  MessengerReply,
  ReadConversation,
  StartRequest,
} from './conversations/schema.ts'
import { rateConversation, reply, start } from './conversations/write.ts'
import { boot } from './sessions/boot.ts'
import { findWorkspaceOf } from './sessions/queries.ts'
import { MessengerSession, SessionRequest } from './sessions/schema.ts'
import { messengerStreams } from './streams.ts'
import { openSwitch } from './switch.ts'
import { createAsContact, listTypesForContacts } from './tickets/create.ts'
import { MessengerTicketRequest, MessengerTicketTypes, presentTypes } from './tickets/schema.ts'

const PAGE_SIZE = { default: 20, max: 60 }

const Position = Type.String({ pattern: '^\\d{1,15}$', description: 'The last event that the messenger received.' })
const StreamQuery = Type.Object({
  session: Type.Optional(Type.String({ description: 'The session, as an EventSource cannot send headers.' })),
  last_event_id: Type.Optional(Position),
})
const Events = Type.String({
  contentMediaType: 'text/event-stream',
  description: 'One event for each message; resume after its id.',
})

function messenger(app: App, server: Server) {
  const { sql, secret } = server
  const streams = messengerStreams(sql, app.log, server, server.streams)
  const display = (workspace: Workspace) => displayOf(workspace, server)
  app.addHook('preClose', () => streams.close())
  app.decorateRequest('written_files')

  app.post(
    '/extensions/messenger/sessions',
    op('createMessengerSession', {
      refuses: [401, 403, 404, 409, 429],
      auth: 'public',
      body: SessionRequest,
      response: MessengerSession,
      summary: 'Start a messenger session for a user or a visitor',
    }),
    async (request, reply) => {
      const { body } = request
      await server.countSession(`${addressOf(request)} ${body.app_id}`, reply)
      const { id, admin_id } = found(await findWorkspaceOf(sql, body.app_id), 'There is no workspace with this app_id')
      return atomically(await openWorkspace(sql, id, admin_id), (workspace) => boot(workspace, secret, body))
    },
  )

  app.get(
    '/extensions/messenger/switches/:id',
    op('openPhoneSwitch', {
      auth: 'link',
      params: ById,
      response: MessengerSession,
      summary: 'Open the link of a phone switch: start a session for the caller',
    }),
    async ({ params }) => openSwitch(sql, secret, params.id),
  )

  app.get(
    '/extensions/messenger/conversations',
    op('listMessengerConversations', {
      refuses: [403],
      auth: 'contact',
      query: PageQuery,
      response: MessengerConversations,
      summary: 'List the conversations of the contact, and messages without an answer',
    }),
    async ({ workspace, visitor, query }) =>
      listConversations(workspace, visitor.contact?.id ?? NO_CONTACT, pageOf(query, PAGE_SIZE), display(workspace)),
  )

  app.post(
    '/extensions/messenger/conversations',
    {
      ...op('beginMessengerConversation', {
        body_limit: FILES_LIMIT,
        refuses: [403],
        auth: 'contact',
        body: StartRequest,
        response: MessengerConversation,
        summary: 'Start a conversation with the team',
      }),
      preHandler: writeAttachedFiles(server.files),
    },
    async ({ workspace, visitor, body, written_files }) => {
      const attachments = await attach(workspace, server, body, written_files)
      const { contact_id, conversation_id } = await start(workspace, visitor, { ...body, attachments })
      return showConversation(workspace, contact_id, conversation_id, display(workspace))
    },
  )

  app.get(
    '/extensions/messenger/conversations/:id',
    op('getMessengerConversation', {
      refuses: [403],
      auth: 'contact',
      params: ById,
      response: MessengerConversation,
      summary: 'Show a conversation',
    }),
    async ({ workspace, visitor, params }) =>
      showConversation(workspace, visitor.contact?.id ?? NO_CONTACT, params.id, display(workspace)),
  )

  app.post(
    '/extensions/messenger/conversations/:id/replies',
    {
      ...op('replyMessengerConversation', {
        body_limit: FILES_LIMIT,
        refuses: [403],
        auth: 'contact',
        params: ById,
        body: MessengerReply,
        response: MessengerConversation,
        summary: 'Reply in a conversation, or to a message',
      }),
      preHandler: writeAttachedFiles(server.files),
    },
    async ({ workspace, visitor, params, body, written_files }) => {
      const contact = found(visitor.contact, 'Conversation not found')
      const attachments = await attach(workspace, server, body, written_files)
      const id = await reply(workspace, contact, params.id, { ...body, attachments })
      return showConversation(workspace, contact.id, id, display(workspace))
    },
  )

  app.post(
    '/extensions/messenger/conversations/:id/rating',
    op('rateMessengerConversation', {
      refuses: [403, 422],
      auth: 'contact',
      params: ById,
      body: RatingRequest,
      response: MessengerConversation,
      summary: 'Rate a conversation, when the team has asked for it',
    }),
    async ({ workspace, visitor, params, body }) => {
      const contact = found(visitor.contact, 'Conversation not found')
      await rateConversation(workspace, contact, params.id, body)
      return showConversation(workspace, contact.id, params.id, display(workspace))
    },
  )

  app.post(
    '/extensions/messenger/conversations/:id/read',
    op('readMessengerConversation', {
      refuses: [403],
      auth: 'contact',
      params: ById,
      response: ReadConversation,
      summary: 'Mark a conversation as read',
    }),
    async ({ workspace, visitor, params }) => markRead(workspace, visitor.contact?.id ?? NO_CONTACT, params.id),
  )

  app.get(
    '/extensions/messenger/ticket_types',
    op('listMessengerTicketTypes', {
      refuses: [403],
      auth: 'contact',
      response: MessengerTicketTypes,
      summary: 'List the types of the tickets that contacts can create',
    }),
    async ({ workspace }) => presentTypes(await listTypesForContacts(workspace)),
  )

  app.post(
    '/extensions/messenger/tickets',
    {
      ...op('createMessengerTicket', {
        body_limit: FILES_LIMIT,
        refuses: [403, 404],
        auth: 'contact',
        body: MessengerTicketRequest,
        response: MessengerConversation,
        summary: 'Create a ticket',
      }),
      preHandler: writeAttributeFiles(server.files, 'ticket_attributes'),
    },
    async ({ workspace, visitor, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'ticket_attributes', written_files)
      const { contact_id, id } = await createAsContact(workspace, visitor, body, attachFiles)
      return showConversation(workspace, contact_id, id, display(workspace))
    },
  )

  app.get(
    '/extensions/messenger/stream',
    op('streamMessages', {
      time_limit_ms: Number.POSITIVE_INFINITY,
      refuses: [400, 401, 403, 429],
      auth: 'contact',
      query: StreamQuery,
      response: Events,
      summary: 'Stream in-app messages as server-sent events',
    }),
    async ({ visitor, query, headers }, reply) => {
      const stream = await streams.open(
        visitor,
        positionOf(headers['last-event-id']) ?? positionOf(query.last_event_id),
      )
      reply.headers(HEADERS)
      return stream as unknown as string
    },
  )
}

/** For a visitor who has not written yet, and so has no conversations. */
const NO_CONTACT = ''

/**
 * Returns the position in a header or in the URL. When an EventSource reconnects, its header has the last event that it
 * received; its URL still has the first position.
 */
const positionOf = (text: string | string[] | undefined): number | undefined =>
  typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined

export default { group: 'Extensions: messenger', routes: messenger } satisfies Resource
