// Deliveries: shows what happened to each recipient's message; retries and cancels.

import { pageResult } from '#db/page.ts'
import { requeue } from '#delivery/requeue.ts'
import { notifyWorker } from '#delivery/signals.ts'
import { conflict, found } from '#http/errors.ts'
import { PageQuery, pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  cancelDelivery,
  countDeliveries,
  countDeliveriesOf,
  findDelivery,
  inRecipientOrder,
  listDeliveries,
  listDeliveriesOf,
  messageExists,
} from './queries.ts'
import { Delivery, DeliveryPage, DeliveryQuery, presentDelivery } from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }
/** Enough for all recipients of most messages, but not of a broadcast. */
const MESSAGE_PAGE_SIZE = { default: 150, max: 1000 }

function deliveries(app: App) {
  app.get(
    '/extensions/messages/:id/deliveries',
    op('listMessageDeliveries', {
      scope: 'read_conversations',
      params: ById,
      query: PageQuery,
      response: DeliveryPage,
      summary: 'List the deliveries of a message',
    }),
    async ({ workspace, params, query }) => {
      found((await messageExists(workspace, params.id)) || undefined, 'Message not found')
      const page = pageOf(query, MESSAGE_PAGE_SIZE)
      const rows = await listDeliveriesOf(workspace, params.id, inRecipientOrder(workspace), page)
      return presentPage(
        page,
        await pageResult(rows, page, () => countDeliveriesOf(workspace, params.id)),
        presentDelivery,
      )
    },
  )

  app.get(
    '/extensions/deliveries',
    op('listDeliveries', {
      scope: 'read_conversations',
      query: DeliveryQuery,
      response: DeliveryPage,
      summary: 'List deliveries, newest first: by status, channel or message, or with a text',
    }),
    async ({ workspace, query: { per_page, starting_after, ...filter } }) => {
      const page = pageOf({ ...(per_page && { per_page }), ...(starting_after && { starting_after }) }, PAGE_SIZE)
      const rows = await listDeliveries(workspace, filter, page)
      return presentPage(page, await pageResult(rows, page, () => countDeliveries(workspace, filter)), presentDelivery)
    },
  )

  app.get(
    '/extensions/deliveries/:id',
    op('getDelivery', { scope: 'read_conversations', params: ById, response: Delivery, summary: 'Show a delivery' }),
    async ({ workspace, params }) => show(workspace, params.id),
  )

  app.post(
    '/extensions/deliveries/:id/retry',
    op('retryDelivery', {
      scope: 'write_conversations',
      params: ById,
      response: Delivery,
      summary: 'Retry a failed delivery',
    }),
    async ({ workspace, params }) => {
      await show(workspace, params.id)
      if (!(await requeue(workspace, params.id))) throw conflict('Only a failed delivery can be sent again')
      workspace.afterCommit(notifyWorker)
      return show(workspace, params.id)
    },
  )

  app.post(
    '/extensions/deliveries/:id/cancel',
    op('cancelDelivery', {
      scope: 'write_conversations',
      params: ById,
      response: Delivery,
      summary: 'Cancel a queued delivery',
    }),
    async ({ workspace, params }) => {
      await show(workspace, params.id)
      if (!(await cancelDelivery(workspace, params.id))) throw conflict('Only a queued delivery can be canceled')
      return show(workspace, params.id)
    },
  )
}

const show = async (workspace: Workspace, id: string) =>
  presentDelivery(found(await findDelivery(workspace, id), 'Delivery not found'))

export default { group: 'Extensions: deliveries', routes: deliveries } satisfies Resource
