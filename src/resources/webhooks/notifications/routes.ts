// The notifications of all webhook subscriptions: listed, shown with each attempt, and sent again.
import { pageResult } from '#db/page.ts'
import { conflict, found } from '#http/errors.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listAttempts, replayNotifications } from '../notification-queries.ts'
import { NotificationPage, presentNotification, presentWhole, WholeNotification } from '../schema.ts'
import { countNotifications, findNotification, listNotifications } from './queries.ts'
import { AllNotificationsQuery } from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function notifications(app: App, { secret }: Server) {
  app.get(
    '/extensions/webhook_notifications',
    op('listAllWebhookNotifications', {
      summary: 'List the notifications of all webhook subscriptions, newest first',
      query: AllNotificationsQuery,
      response: NotificationPage,
    }),
    async ({ workspace, query: { subscription_id, status, topic, q, ...paging } }) => {
      const page = pageOf(paging, PAGE_SIZE)
      const filter = { subscription_id, status, topic, q }
      const rows = await listNotifications(workspace, filter, page)
      const result = await pageResult(rows, page, () => countNotifications(workspace, filter))
      return presentPage(page, result, presentNotification)
    },
  )

  app.get(
    '/extensions/webhook_notifications/:id',
    op('showWebhookNotification', {
      summary: 'Show a notification with the request and the answer of each attempt',
      params: ById,
      response: WholeNotification,
    }),
    async ({ workspace, params }) => show(workspace, params.id),
  )

  app.post(
    '/extensions/webhook_notifications/:id/replay',
    op('replayWebhookNotification', {
      summary: 'Send a notification again, with the same id',
      params: ById,
      response: WholeNotification,
    }),
    async ({ workspace, params }) => {
      const { id, subscription_id } = await theNotification(workspace, params.id)
      const replayed = await replayNotifications(workspace, subscription_id, { id })
      if (!replayed) throw conflict('The notification is being sent')
      return show(workspace, id)
    },
  )

  async function show(workspace: Workspace, id: string) {
    const row = await theNotification(workspace, id)
    return presentWhole(secret, row, await listAttempts(workspace, row.id))
  }
}

const theNotification = async (workspace: Workspace, id: string) =>
  found(await findNotification(workspace, id), 'Notification not found')

export default { group: 'Extensions: webhooks', routes: notifications } satisfies Resource
