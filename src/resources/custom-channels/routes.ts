// Custom channels: the set-up page of Intercom's web app, as operations, and the log of callbacks.
import type { FastifyRequest } from 'fastify'
import { pageResult } from '#db/page.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { assertAllowedAddress } from '#resources/channel-accounts/private-addresses.ts'
import { countNotifications, listNotifications } from '#resources/webhooks/notification-queries.ts'
import { NotificationPage, NotificationQuery, presentNotification } from '#resources/webhooks/schema.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { queueCallbacks } from './callbacks/work.ts'
import { demo } from './demo.ts'
import { expireEvents } from './events/queries.ts'
import { listChannels, theChannel } from './queries.ts'
import { changeChannel, createChannel, removeChannel, replaceKey } from './save.ts'
import {
  Channel,
  ChannelKey,
  ChannelList,
  ChannelRequest,
  DeletedChannel,
  NewChannel,
  NewChannelRequest,
  presentChannel,
} from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function customChannels(app: App, { secret, egress, forgetTokens }: Server) {
  const allowedAddress = ({ body }: FastifyRequest) =>
    assertAllowedAddress(egress, 'callback_url', (body as { callback_url?: unknown }).callback_url)

  app.get(
    '/extensions/custom_channels',
    op('listCustomChannels', { summary: 'List the custom channels', response: ChannelList }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listChannels(workspace)).map(presentChannel) }),
  )

  app.post(
    '/extensions/custom_channels',
    {
      ...op('createCustomChannel', {
        summary: 'Set up a custom channel; the answer shows its key and its secret once',
        body: NewChannelRequest,
        response: NewChannel,
        refuses: [404],
        confidential: true,
      }),
      preHandler: allowedAddress,
    },
    async ({ workspace, body }) => {
      const { channel, ...secrets } = await createChannel(workspace, secret, body)
      return { ...presentChannel(channel), ...secrets }
    },
  )

  app.get(
    '/extensions/custom_channels/:id',
    op('getCustomChannel', { summary: 'Show a custom channel', params: ById, response: Channel }),
    async ({ workspace, params }) => presentChannel(await theChannel(workspace, params.id)),
  )

  app.put(
    '/extensions/custom_channels/:id',
    {
      ...op('updateCustomChannel', {
        summary: 'Change a custom channel, or switch its callbacks on or off',
        params: ById,
        body: ChannelRequest,
        response: Channel,
      }),
      preHandler: allowedAddress,
    },
    async ({ workspace, params, body }) => presentChannel(await changeChannel(workspace, secret, params.id, body)),
  )

  app.post(
    '/extensions/custom_channels/:id/api_key',
    op('replaceCustomChannelKey', {
      summary: 'Give a custom channel a new key; the one before is revoked',
      params: ById,
      response: ChannelKey,
      confidential: true,
    }),
    async ({ workspace, params }) => {
      const { channel, api_key } = await replaceKey(workspace, params.id)
      workspace.afterCommit(forgetTokens)
      return { type: 'custom_channel_key' as const, channel_id: channel.id, api_key }
    },
  )

  app.delete(
    '/extensions/custom_channels/:id',
    op('deleteCustomChannel', {
      summary: 'Delete a custom channel; its conversations stay',
      params: ById,
      response: DeletedChannel,
    }),
    async ({ workspace, params }) => {
      const id = await removeChannel(workspace, params.id)
      workspace.afterCommit(forgetTokens)
      return { id, object: 'custom_channel' as const, deleted: true as const }
    },
  )

  app.get(
    '/extensions/custom_channels/:id/callbacks',
    op('listCustomChannelCallbacks', {
      summary: 'List the callbacks of a custom channel, newest first',
      params: ById,
      query: NotificationQuery,
      response: NotificationPage,
    }),
    async ({ workspace, params, query: { status, topic, ...paging } }) => {
      const { subscription_id } = await theChannel(workspace, params.id)
      const page = pageOf(paging, PAGE_SIZE)
      const rows = await listNotifications(workspace, subscription_id, { status, topic }, page)
      const result = await pageResult(rows, page, () =>
        countNotifications(workspace, subscription_id, { status, topic }),
      )
      return presentPage(page, result, presentNotification)
    },
  )
}

/** A demo also lists its key, which is the token of the events. */
const given = async (workspace: Workspace) =>
  (await listChannels(workspace)).flatMap(({ id, name, demo_key }) => [
    { type: 'custom_channel', id, name },
    ...(demo_key ? [{ type: 'custom_channel_key', id: demo_key, name }] : []),
  ])

export default {
  group: 'Extensions: custom channels',
  routes: customChannels,
  work: queueCallbacks,
  demo,
  given,
  kept_tables: ['custom_channels'],
  jobs: [{ name: 'custom-channels:expire-events', cron: '20 4 * * *', run: ({ sql }) => expireEvents({ sql }) }],
} satisfies Resource
