// Broadcasts: a message to an audience, sent in the background.

import { newest, pageResult } from '#db/page.ts'
import { found } from '#http/errors.ts'
import { PageQuery, pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { setWhatsAppOptOut } from '#resources/contacts/activity-queries.ts'
import type { Resource } from '#server.ts'
import { createBroadcast } from './create.ts'
import { BROADCAST_MEASURES } from './measures.ts'
import { changeBroadcast, getBroadcast } from './pause.ts'
import { countBroadcasts, listBroadcasts } from './queries.ts'
import { runBroadcasts } from './run.ts'
import { Broadcast, BroadcastPage, BroadcastRequest, OptedOut, OptOut, presentBroadcast } from './schema.ts'

const PAGE_SIZE = { default: 20, max: 50 }

function broadcasts(app: App) {
  app.post(
    '/extensions/broadcasts',
    op('createBroadcast', {
      scope: 'write_conversations',
      body: BroadcastRequest,
      response: Broadcast,
      status: 202,
      refuses: [404],
      summary: 'Send a template to many contacts',
    }),
    async ({ workspace, body }) => presentBroadcast(await createBroadcast(workspace, body)),
  )

  app.get(
    '/extensions/broadcasts',
    op('listBroadcasts', {
      scope: 'read_conversations',
      query: PageQuery,
      response: BroadcastPage,
      summary: 'List broadcasts, newest first',
    }),
    async ({ workspace, query }) => {
      const page = pageOf(query, PAGE_SIZE)
      const rows = await listBroadcasts(workspace, newest(workspace, 'created_at'), page)
      const result = await pageResult(rows, page, () => countBroadcasts(workspace))
      return presentPage(page, result, presentBroadcast)
    },
  )

  app.get(
    '/extensions/broadcasts/:id',
    op('getBroadcast', {
      scope: 'read_conversations',
      params: ById,
      response: Broadcast,
      summary: 'Show a broadcast and its progress',
    }),
    async ({ workspace, params }) => presentBroadcast(await getBroadcast(workspace, params.id)),
  )

  app.put(
    '/extensions/contacts/:id/whatsapp',
    op('optOutOfWhatsApp', {
      scope: 'read_write_users',
      params: ById,
      body: OptOut,
      response: OptedOut,
      summary: 'Opt a contact out of WhatsApp broadcasts, or in again',
      runs: 'statement',
    }),
    async ({ workspace, params, body: { unsubscribed } }) => {
      const { id } = found(await setWhatsAppOptOut(workspace, params.id, unsubscribed), 'User Not Found')
      return { type: 'contact' as const, id, unsubscribed_from_whatsapp: unsubscribed }
    },
  )

  app.post(
    '/extensions/broadcasts/:id/pause',
    op('pauseBroadcast', {
      scope: 'write_conversations',
      params: ById,
      response: Broadcast,
      summary: 'Pause a broadcast',
    }),
    async ({ workspace, params }) => presentBroadcast(await changeBroadcast(workspace, params.id, 'pause')),
  )

  app.post(
    '/extensions/broadcasts/:id/resume',
    op('resumeBroadcast', {
      scope: 'write_conversations',
      params: ById,
      response: Broadcast,
      summary: 'Resume a paused broadcast',
    }),
    async ({ workspace, params }) => presentBroadcast(await changeBroadcast(workspace, params.id, 'resume')),
  )

  app.post(
    '/extensions/broadcasts/:id/cancel',
    op('cancelBroadcast', {
      scope: 'write_conversations',
      params: ById,
      response: Broadcast,
      summary: 'Cancel a broadcast, and its deliveries that are not sent yet',
    }),
    async ({ workspace, params }) => presentBroadcast(await changeBroadcast(workspace, params.id, 'cancel')),
  )
}

export default {
  group: 'Extensions: broadcasts',
  routes: broadcasts,
  work: runBroadcasts,
  measures: BROADCAST_MEASURES,
} satisfies Resource
