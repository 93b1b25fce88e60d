// Mails and messages that came in and are in no conversation: listed, shown, and taken into a conversation after all.

import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { pageResult } from '#db/page.ts'
import { found } from '#http/errors.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { displayOf } from '#resources/conversations/display.ts'
import { Conversation } from '#resources/conversations/schema.ts'
import { showWithParts } from '#resources/conversations/show.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { countInbound, deleteOld, findInbound, type InboundChannel, listInbound, newestReceived } from './queries.ts'
import { readRaw } from './raw.ts'
import { type Rereader, readAgain } from './read-again.ts'
import { InboundMessage, InboundPage, InboundQuery, presentInbound, ReadAgainRequest } from './schema.ts'
import { type Takers, take } from './take.ts'

const PAGE_SIZE = { default: 50, max: 150 }
const KEPT_DAYS = 30

const Bytes = Type.String({
  contentMediaType: 'application/octet-stream',
  description: 'The mail, or what Meta or Twilio sent as JSON.',
})

function inbound(app: App, server: Server, { takersOf, rereaderOf }: Channels) {
  const takers = takersOf(server)
  const reread = rereaderOf(server)

  app.get(
    '/extensions/inbound',
    op('listInboundMessages', {
      scope: 'read_conversations',
      query: InboundQuery,
      response: InboundPage,
      summary: 'List inbound messages that were left out of conversations, newest first',
    }),
    async ({ workspace, query: { state, channel, ...paging } }) => {
      const page = pageOf(paging, PAGE_SIZE)
      const filter = { state, channel }
      const rows = await listInbound(workspace, filter, newestReceived(workspace), page)
      return presentPage(page, await pageResult(rows, page, () => countInbound(workspace, filter)), presentInbound)
    },
  )

  app.get(
    '/extensions/inbound/:id',
    op('getInboundMessage', {
      scope: 'read_conversations',
      params: ById,
      response: InboundMessage,
      summary: 'Show an inbound message that was left out',
    }),
    async ({ workspace, params }) => presentInbound(await theMessage(workspace, params.id)),
  )

  app.get(
    '/extensions/inbound/:id/raw',
    op('readInboundMessage', {
      scope: 'read_conversations',
      params: ById,
      response: Bytes,
      refuses: [409],
      summary: 'Download the raw content of an inbound message',
    }),
    async ({ workspace, params }, reply) => {
      const message = await theMessage(workspace, params.id)
      return download(
        reply,
        `message-${message.id}.${EXTENSIONS[message.channel]}`,
        await readRaw(server.files, message),
      )
    },
  )

  app.post(
    '/extensions/inbound/:id/take',
    op('takeInboundMessage', {
      scope: 'write_conversations',
      runs: 'outside',
      params: ById,
      response: Conversation,
      refuses: [409],
      summary: 'Take an inbound message that was left out into a conversation',
    }),
    async ({ workspace, params }) => {
      const conversation_id = await take(workspace, takers, await theMessage(workspace, params.id))
      return showWithParts(workspace, conversation_id, displayOf(workspace, server))
    },
  )

  app.post(
    '/extensions/inbound/:id/read_again',
    op('readInboundMessageAgain', {
      scope: 'write_conversations',
      runs: 'outside',
      params: ById,
      body: ReadAgainRequest,
      response: Conversation,
      refuses: [409],
      summary: 'Read a mail again with another charset, and correct its conversation',
    }),
    async ({ workspace, params, body: { charset } }) => {
      const conversation_id = await readAgain(workspace, reread, await theMessage(workspace, params.id), charset)
      return showWithParts(workspace, conversation_id, displayOf(workspace, server))
    },
  )
}

/** What the providers know: how each channel receives a message again, and how a mail is read again. */
type Channels = { takersOf: (server: Server) => Takers; rereaderOf: (server: Server) => Rereader }

const theMessage = async (workspace: Workspace, id: string) =>
  found(await findInbound(workspace, id), 'Inbound message not found')

const EXTENSIONS: Record<InboundChannel, string> = { email: 'eml', sms: 'json', whatsapp: 'json' }

/** The content is a stranger's: browsers save it, and never show it. Fastify sends bytes as they are. */
function download(reply: FastifyReply, name: string, bytes: Buffer): string {
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${name}"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  })
  return bytes as unknown as string
}

export default (channels: Channels): Resource => ({
  group: 'Extensions: inbound messages',
  routes: (app, server) => inbound(app, server, channels),
  jobs: [{ name: 'inbound:remove-old', cron: '*/10 * * * *', run: ({ sql }) => deleteOld(sql, KEPT_DAYS) }],
})
